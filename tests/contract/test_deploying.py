"""What holds for the half of every scheduler that creates resources, seen through the components as users have them."""

from functools import cache
from typing import Any

import pulumi
import pytest

import foxden
from foxden.schedulers.base import Scheduler
from tests.contract.cases import CASES, ENDPOINTS, NAME, OTHERS, WEB, connection_args, refusals, taken
from tests.mocks import UNKNOWN, Failed, Recorded, Secret, run, unknown_output

lib: Any = foxden
"""The library without its types: what is given here a type checker would refuse, or not understand."""

PROVIDER = "pulumi:providers:"


def deploy(name: str, services: Any, preview: bool = False, **connection: Any) -> Recorded:
    """A program of one environment; services that are functions are called in it, to make outputs."""

    def program() -> None:
        made = {key: value() if callable(value) else value for key, value in services.items()}
        args: Any = {"cluster": connection_args(name, **connection), "services": made, "endpoints": ENDPOINTS}
        lib.Services("services", args)

    return run(program, preview=preview)


def managed(done: Recorded) -> dict[str, Any]:
    """URN to inputs of what providers manage."""
    return {each.urn: each.inputs for each in done.resources if each.custom and not each.type.startswith(PROVIDER)}


@cache
def deployed(name: str, case: str) -> Recorded:
    """A case with those that it needs."""
    description = CASES[case]
    needed = {need.partition(":")[0] for need in description.get("needs", [])}
    others = {key: OTHERS[key] for key in OTHERS if key in needed}
    return deploy(name, {**others, NAME: description})


@pytest.mark.parametrize("case", CASES)
def test_a_service_becomes_resources_below_it_or_an_error(name: str, chosen: Scheduler, case: str) -> None:
    if refusals(chosen, CASES[case]):
        with pytest.raises(Failed) as caught:
            deployed(name, case)
        assert isinstance(caught.value.error, foxden.InvalidInput)
        assert caught.value.recorded.resources == []
        return
    done = deployed(name, case)
    service = done.of_type("foxden:index:Service")[NAME]
    children = [each for each in done.resources if each.parent == service.urn]
    assert children
    for child in children:
        assert child.custom
        assert child.type.partition(":")[0] in chosen.packages
        assert done.by_urn(child.provider).name.startswith("services-")


@pytest.mark.parametrize("case", CASES)
def test_the_version_that_was_asked_for_is_the_one_that_runs(name: str, chosen: Scheduler, case: str) -> None:
    if not refusals(chosen, CASES[case]):
        outputs = deployed(name, case).of_type("foxden:index:Service")[NAME].outputs or {}
        assert outputs["version"] == ("8f2" if case == "a command" else "1.4.0")
        has_port = CASES[case].get("kind", "service") == "service"
        assert (outputs.get("address") is not None) == has_port


@pytest.mark.parametrize(
    "changed", [{"replicas": 5}, {"replicas": 0}, {"version": "9"}, {"env": {"A": "1"}}, {"cpu": 1}, {"port": 9090}]
)
def test_the_address_of_a_service_is_stable(name: str, changed: dict[str, Any]) -> None:
    before, after = (
        deploy(name, {NAME: {**WEB, **each}}).of_type("foxden:index:Service")[NAME] for each in ({}, changed)
    )
    assert (before.outputs or {})["address"] == (after.outputs or {})["address"]
    assert (before.outputs or {})["endpoint"] == (after.outputs or {})["endpoint"]


def test_the_version_is_not_known_before_it_runs(name: str) -> None:
    done = deploy(name, {NAME: WEB}, preview=True)
    assert (done.of_type("foxden:index:Service")[NAME].outputs or {})["version"] is UNKNOWN


def test_all_at_once_in_any_order_have_the_same_names_and_inputs(name: str, chosen: Scheduler) -> None:
    services = {f"case-{number}": description for number, description in enumerate(taken(chosen).values())}
    # Two services can't have the same routes.
    services = {key: {**service, "routes": []} if "routes" in service else service for key, service in services.items()}
    one = managed(deploy(name, {**OTHERS, **services}))
    other = managed(deploy(name, dict(reversed({**OTHERS, **services}.items()))))
    assert one == other
    assert len(one) >= len(OTHERS) + len(services)


def test_one_more_service_changes_nothing_of_the_others(name: str) -> None:
    few, more = managed(deploy(name, OTHERS)), managed(deploy(name, {**OTHERS, NAME: WEB}))
    assert few.items() <= more.items()
    assert all(NAME in urn.rpartition("::")[2] for urn in more.keys() - few.keys())


def test_what_is_unknown_at_preview_makes_no_other_resources(name: str, chosen: Scheduler) -> None:
    for case in ("three lines", "secrets", "routes", "needs"):
        plain = deploy(name, {**OTHERS, NAME: CASES[case]}, preview=True)
        late = deploy(
            name, {**OTHERS, NAME: lambda known=case: {**CASES[known], "image": unknown_output()}}, preview=True
        )
        assert managed(plain).keys() == managed(late).keys()


def test_what_becomes_known_is_the_same_as_what_was_known(name: str) -> None:
    for case in ("three lines", "secrets", "routes", "needs"):
        late: Any = lambda known=case: {**CASES[known], "image": pulumi.Output.from_input(CASES[known]["image"])}  # noqa: E731
        assert managed(deploy(name, {**OTHERS, NAME: late})) == managed(deploy(name, {**OTHERS, NAME: CASES[case]}))


def test_another_environment_shares_nothing_that_is_managed(name: str) -> None:
    """The names in Pulumi are the same; what is written to the cluster is not."""
    one, other = (managed(deploy(name, {NAME: CASES["routes"]}, environment=each)) for each in ("demo", "qa"))
    assert one.keys() == other.keys()
    assert all(one[urn] != other[urn] for urn in one)


def test_providers_are_one_for_each_package_below_who_asks(name: str, chosen: Scheduler) -> None:
    done = deploy(name, {NAME: WEB})
    assert sorted(each.type for each in done.providers) == sorted(f"{PROVIDER}{package}" for package in chosen.packages)
    assert {each.parent for each in done.providers} == {done.one("foxden:index:Services").urn}
    assert len({each.name for each in done.providers}) == len(chosen.packages)


def test_providers_of_two_clusters_are_told_apart(name: str) -> None:
    def program() -> None:
        for which in ("east", "west"):
            whole = connection_args(name)
            args: Any = {key: value for key, value in whole.items() if key not in ("environment", "domain")}
            lib.ExistingCluster(which, args)

    done = run(program)
    assert len({each.urn for each in done.providers}) == len(done.providers)


def test_credentials_reach_providers_alone_and_as_secrets(name: str, chosen: Scheduler) -> None:
    def program() -> None:
        hidden = {"token": pulumi.Output.secret("hush"), "discovery_token": pulumi.Output.secret("hush")}
        connection = connection_args(name, **hidden)
        lib.Environment("environment", {"cluster": connection})
        lib.Ingress("ingress", {"cluster": connection})
        services = {**OTHERS, NAME: CASES["secrets"]}
        lib.Services("services", {"cluster": connection, "services": services})

    done = run(program)
    seen = [each.inputs for each in done.providers]
    assert "hush" in str(seen)
    assert "hush" not in str([_plain(inputs) for inputs in seen])
    rest = [each for each in done.resources if each not in done.providers]
    assert "hush" not in str([(each.inputs, each.outputs) for each in rest])


def _plain(value: Any) -> Any:
    """A tree without what is secret in it."""
    if isinstance(value, Secret):
        return None
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def test_an_environments_secrets_are_kept_and_never_plain(name: str) -> None:
    def program() -> None:
        secrets: Any = {"pods-api-key": "hush", "team/b": pulumi.Output.secret("hush")}
        lib.Environment("environment", {"cluster": connection_args(name), "secrets": secrets, "notes": {"o": "ana"}})

    done = run(program)
    inputs = list(managed(done).values())
    assert str(inputs).count("hush") >= 2
    assert "hush" not in str(_plain(inputs))
    assert "ana" in str(inputs)
    assert "demo" in str(inputs)


def test_an_environment_without_secrets_has_less(name: str) -> None:
    def environment(secrets: Any) -> int:
        args: Any = {"cluster": connection_args(name), "secrets": secrets}
        return len(managed(run(lambda: lib.Environment("environment", args))))

    assert 0 < environment({}) <= environment({"a": "x"}) <= environment({"a": "x", "b": "y"})


def test_an_ingress_is_one_for_all_environments(name: str) -> None:
    def ingress(**connection: Any) -> dict[str, Any]:
        args: Any = {"cluster": connection_args(name, **connection)}
        return managed(run(lambda: lib.Ingress("ingress", args)))

    assert ingress()
    assert ingress().keys() == ingress(environment="qa", domain="qa.example.com").keys()
    assert ingress(ingress_port=8081) != ingress()


def test_an_ingress_may_wait_for_its_cluster(name: str) -> None:
    def ingress(port: Any) -> Recorded:
        args: Any = lambda: {"cluster": connection_args(name, ingress_port=port())}  # noqa: E731
        return run(lambda: lib.Ingress("ingress", args()), preview=True)

    assert managed(ingress(unknown_output)).keys() == managed(ingress(lambda: 8080)).keys()


def test_a_connection_of_another_stack_is_enough(name: str) -> None:
    def program() -> None:
        exported = pulumi.Output.secret({**connection_args(name), "options": {}})
        shared = foxden.shared_connection(exported, name, "demo")
        args: Any = {**CASES["routes"], "cluster": shared}
        lib.Service(NAME, args)

    plain = deploy(name, {NAME: CASES["routes"]})
    shared = run(program)
    assert sorted(map(str, managed(shared).values())) == sorted(map(str, managed(plain).values()))


def test_a_changed_secret_reaches_those_that_use_it_and_no_others(name: str) -> None:
    """With a scheduler whose services follow their secrets by themselves it reaches nobody by this way."""

    def jobs(value: str) -> dict[str, Any]:
        def program() -> None:
            connection: Any = connection_args(name)
            kept: Any = {"pods-api-key": value, "team/b": "same"}
            environment = lib.Environment("environment", {"cluster": connection, "secrets": kept})
            services: Any = {**OTHERS, NAME: CASES["secrets"]}
            versions = environment.secret_versions
            lib.Services("services", {"cluster": connection, "services": services, "secret_versions": versions})
            pulumi.export("versions", versions)

        done = run(program)
        assert value not in str(_plain(done.exports["versions"]))
        return {urn: each for urn, each in managed(done).items() if "Services" in urn} | {"": done.exports["versions"]}

    one, same, other = jobs("first"), jobs("first"), jobs("second")
    assert one == same
    changed = {urn for urn in one if one[urn] != other[urn]}
    assert bool(one[""]) == bool(changed - {""})
    assert all(f"::{NAME}" in urn for urn in changed - {""})
