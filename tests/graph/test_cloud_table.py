"""The table of clouds: who is in it keeps the contract, and a project can add its own."""

import inspect
import sys
import types
from typing import Any

import pulumi
import pytest

from foxden.clouds.base import CLOUDS, BuiltCore, BuiltNetwork, BuiltPool, Cloud, cloud, cloud_problem
from foxden.clouds.plan import CorePlan, NetworkPlan, PoolPlan
from foxden.clouds.references import reference_problem
from foxden.errors import InvalidInput, Problem
from tests.graph.graphs import CORE, NETWORK, POOLS, lib, recorded
from tests.mocks import Failed, Recorded

METHODS = [name for name, _ in inspect.getmembers(Cloud, inspect.isfunction) if not name.startswith("_")]


class OwnCloud:
    """A cloud of a project's own, which makes one thing of each."""

    name = "own"

    def region(self, zones: tuple[str, ...]) -> str:
        """All zones are of one."""
        return "here"

    def zone_problems(self, zones: tuple[str, ...]) -> list[str]:
        """Every name will do."""
        return []

    def parameters(self, cluster: str) -> str:
        """A folder."""
        return f"/secrets/{cluster}"

    def key(self, cluster: str) -> str:
        """A name."""
        return f"key-{cluster}"

    def reference(self, path: str) -> str:
        """A path."""
        return f"own:{path}"

    def network_problems(self, plan: NetworkPlan) -> list[Problem]:
        """It dislikes one name."""
        return [Problem(plan.subject, "is disliked")] if plan.name == "disliked" else []

    def core_problems(self, plan: CorePlan) -> list[Problem]:
        """None."""
        return []

    def pool_problems(self, plan: PoolPlan) -> list[Problem]:
        """None."""
        return []

    def network(self, plan: NetworkPlan, opts: pulumi.ResourceOptions) -> BuiltNetwork:
        """One thing."""
        made = _thing("Net", plan.name, opts)
        subnets = dict.fromkeys(plan.zones, made.id)
        return BuiltNetwork(made.id, subnets, subnets)

    def core(self, plan: CorePlan, opts: pulumi.ResourceOptions) -> BuiltCore:
        """One thing."""
        made = _thing("Servers", plan.name, opts, site=plan.site.id, count=plan.servers)
        return BuiltCore(made.id, made.id, made.id, made.id, made.id.apply(lambda _: 1), made.id, made.id)

    def pool(self, plan: PoolPlan, opts: pulumi.ResourceOptions) -> BuiltPool:
        """One thing."""
        made = _thing("Pool", plan.name, opts, key=plan.key)
        return BuiltPool(made.id, made.id, made.id, made.id.apply(lambda _: 1))


def _thing(kind: str, name: str, opts: pulumi.ResourceOptions, **inputs: Any) -> pulumi.CustomResource:
    return pulumi.CustomResource(f"own:index:{kind}", name, inputs, opts)


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cloud of the tests' own is added as a project would add one."""
    module = types.ModuleType("own_cloud")
    module.CLOUD = OwnCloud()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "own_cloud", module)
    monkeypatch.setitem(CLOUDS, "own", "own_cloud")


def composed() -> Recorded:
    """A network, core servers and pools on the tests' own cloud."""

    def program() -> None:
        network = lib.Network("dev", {**NETWORK, "cloud": "own"}).facts
        addresses = {"address": "https://a", "discovery_address": "https://b"}
        core = lib.CoreCluster("dev", {**CORE, **addresses, "network": network})
        for name, args in POOLS.items():
            lib.WorkerPool(name, {**args, "cluster": core.facts})
        pulumi.export("connection", core.connection("dev", "dev.example.com"))

    return recorded(program)


def test_a_cloud_of_a_projects_own_builds_all_of_it(own: None) -> None:
    done = composed()
    assert {each.type for each in done.resources if each.custom} == {
        f"own:index:{k}" for k in ("Net", "Servers", "Pool")
    }
    assert done.one("own:index:Servers").inputs == {"site": "Net dev", "count": 3}
    assert done.one("own:index:Pool", "batch").inputs == {"key": "Servers dev"}
    assert done.exports["connection"]["ca_reference"] == "own:/secrets/dev/shared/ca"
    assert (done.one("foxden:index:CoreCluster").outputs or {})["parameters"] == "/secrets/dev"


def test_what_a_cloud_dislikes_is_said_before_anything_is_registered(own: None) -> None:
    with pytest.raises(Failed) as caught:
        recorded(lambda: lib.Network("disliked", {**NETWORK, "cloud": "own"}))
    assert str(caught.value) == "network 'disliked': is disliked"
    assert caught.value.recorded.resources == []


@pytest.mark.parametrize("name", sorted(CLOUDS))
def test_every_cloud_keeps_the_contract(name: str) -> None:
    found = cloud(name)
    assert found.name == name
    for method in METHODS:
        wanted = inspect.signature(getattr(Cloud, method)).parameters
        assert list(inspect.signature(getattr(found, method)).parameters) == list(wanted)[1:], method


@pytest.mark.parametrize("name", sorted(CLOUDS))
def test_what_leads_to_a_secret_is_read_by_somebody(name: str) -> None:
    found = cloud(name)
    assert reference_problem(found.reference(f"{found.parameters('dev')}/shared/ca")) is None


def test_no_cloud() -> None:
    assert cloud_problem("asw") == "must be one of aws, got 'asw', did you mean 'aws'?"
    with pytest.raises(InvalidInput, match="network: cloud must be one of aws, got 'gcp'"):
        cloud("gcp")
