"""What holds for the pure half of every scheduler: capabilities, problems and rendering."""

import copy
import json
import os
import subprocess
import sys
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxden.schedulers.base import SCHEDULERS, Capabilities, Scheduler, scheduler, unsupported
from foxden.service.discovery import External
from foxden.service.parse import parse_service
from local.paths import REPO
from tests.contract.cases import (
    CASES,
    ENDPOINTS,
    ESSENTIAL,
    IMAGE,
    NAME,
    OTHERS,
    WEB,
    connection_args,
    known,
    read,
    refusals,
    render,
    taken,
)
from tests.mocks import run, unknown_output
from tests.strategies import descriptions


def test_it_says_what_it_is(name: str, chosen: Scheduler) -> None:
    assert chosen.name == name
    assert isinstance(chosen.capabilities, Capabilities)
    assert chosen.packages and isinstance(chosen.packages, tuple)
    assert chosen.capabilities.images or chosen.capabilities.commands


@pytest.mark.parametrize("case", CASES)
def test_a_service_is_taken_or_refused_in_words(chosen: Scheduler, case: str) -> None:
    found = refusals(chosen, CASES[case])
    for problem in found:
        assert problem.subject == f"service '{NAME}'"
        assert problem.message and "\n" not in problem.message
    assert not (found and case in ESSENTIAL), found


def test_what_it_lacks_is_told_by_the_capabilities_and_refused(chosen: Scheduler) -> None:
    lacking = {case for case in CASES if unsupported(*read(CASES[case]), chosen)}
    assert {"as many as it takes"} & lacking == (
        {"as many as it takes"} if not chosen.capabilities.autoscaling else set()
    )
    assert {"a limit of cpu"} & lacking == ({"a limit of cpu"} if not chosen.capabilities.cpu_limits else set())
    for case in lacking:
        assert all(f"scheduler '{chosen.name}'" in problem.message for problem in refusals(chosen, CASES[case]))


@pytest.mark.parametrize("case", CASES)
def test_a_manifest_goes_through_json_unchanged(name: str, chosen: Scheduler, case: str) -> None:
    if not refusals(chosen, CASES[case]):
        manifest = render(name, CASES[case])
        assert json.loads(json.dumps(manifest, allow_nan=False)) == manifest


@pytest.mark.parametrize("seed", ["1", "2"])
def test_rendering_is_the_same_in_every_process_and_imports_no_sdk(name: str, chosen: Scheduler, seed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.contract.render_all", name],
        cwd=REPO,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found = json.loads(done.stdout)
    assert found["sdks"] == []
    expected = {case: render(name, description) for case, description in taken(chosen).items()}
    assert found["manifests"] == expected
    assert json.dumps(found["manifests"], sort_keys=True) == json.dumps(expected, sort_keys=True)


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_keys_means_nothing_and_the_input_stays_as_it_was(name: str, chosen: Scheduler, case: str) -> None:
    description = CASES[case]
    if not refusals(chosen, description):
        before = copy.deepcopy(description)
        spec, targets = read(description)
        kept = repr((spec, targets))
        manifest = chosen.render(spec, known(name), targets)
        assert (description, repr((spec, targets))) == (before, kept)
        # The ports keep their order: the first is the default one.
        turned = {
            key: dict(reversed(value.items())) if isinstance(value, dict) and key != "ports" else value
            for key, value in reversed(description.items())
        }
        assert render(name, turned) == manifest
        assert chosen.render(spec, known(name), dict(reversed(targets.items()))) == manifest


def test_targets_that_are_not_needed_change_nothing(name: str, chosen: Scheduler) -> None:
    spec, targets = read(CASES["needs"])
    more = {**targets, "db": External("postgres://db/x", "db", 5432)}
    assert chosen.render(spec, known(name), more) == chosen.render(spec, known(name), targets)


CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "version": (WEB, {"version": "1.4.1"}),
    "image": ({**WEB, "version": "7"}, {"image": "registry.example.com/foxden/it:1.4.1"}),
    "command": (CASES["a command"], {"command": ["/usr/bin/python3", "-m", "other"]}),
    "args": (CASES["arguments"], {"args": ["--listen", "none"]}),
    "args in another order": (CASES["arguments"], {"args": ["all", "--listen"]}),
    "a port's name": ({"image": IMAGE, "ports": {"http": {"port": 80}}}, {"ports": {"web": {"port": 80}}}),
    "one more port": (CASES["named ports"], {"ports": {**CASES["named ports"]["ports"], "more": {"port": 82}}}),
    "replicas": (WEB, {"replicas": 3}),
    "none": (WEB, {"replicas": 0}),
    "cpu": (WEB, {"cpu": 0.2}),
    "memory": (WEB, {"memory": 200}),
    "memory_limit": (WEB, {"memory_limit": 200}),
    "an env value": (CASES["env"], {"env": {"A": "1", "B": "3"}}),
    "an env name": (CASES["env"], {"env": {"A": "1", "C": "2"}}),
    "no env": (CASES["env"], {"env": {}}),
    "a secret": (CASES["secrets"], {"secrets": {"API_KEY": "other-key", "B": "team/b"}}),
    "a secret's env name": (CASES["secrets"], {"secrets": {"KEY": "pods-api-key", "B": "team/b"}}),
    "a need": (WEB, {"needs": ["pods"]}),
    "another need": ({**WEB, "needs": ["pods"]}, {"needs": ["admin"]}),
    "a need's port": ({**WEB, "needs": ["admin:http"]}, {"needs": ["admin:rpc"]}),
    "a route": (WEB, {"routes": [{"host": "it"}]}),
    "a route's host": ({**WEB, "routes": [{"host": "it"}]}, {"routes": [{"host": "that"}]}),
    "a route's path": ({**WEB, "routes": [{"host": "it"}]}, {"routes": [{"host": "it", "path": "/x"}]}),
    "a route's stripping": (
        {**WEB, "routes": [{"host": "it", "path": "/x"}]},
        {"routes": [{"host": "it", "path": "/x", "strip_path": True}]},
    ),
    "health path": (WEB, {"health": {"path": "/ok"}}),
    "health interval": (WEB, {"health": {"interval": 4}}),
    "health timeout": (WEB, {"health": {"timeout": 4}}),
    "health grace": (WEB, {"health": {"grace": 30}}),
    "health by connection": (WEB, {"health": {"tcp": True}}),
    "release.max_parallel": (CASES["five"], {"release": {"max_parallel": 2}}),
    "release.strategy": (CASES["five"], {"release": {"strategy": "canary"}}),
    "release.canaries": (CASES["canary"], {"release": {"strategy": "canary", "canaries": 3}}),
    "release.min_healthy": (WEB, {"release": {"min_healthy": 7}}),
    "release.deadline": (WEB, {"release": {"deadline": 300}}),
    "release.auto_revert": (WEB, {"release": {"auto_revert": False}}),
    "termination_grace": (WEB, {"termination_grace": 16}),
    "labels": (CASES["labels"], {"labels": {"team": "others"}}),
    "a pool": (WEB, {"placement": {"pool": "batch"}}),
    "another pool": (CASES["a pool of its own"], {"placement": {"pool": "large"}}),
    "a class": (CASES["a pool of its own"], {"placement": {"pool": "batch", "node_class": "large"}}),
    "a fact": (CASES["certain machines"], {"placement": {"node_class": "large", "meta": {"disk": "ssd"}}}),
    "schedule": (CASES["a cron job"], {"schedule": "0 4 * * *"}),
    "timezone": (CASES["a cron job"], {"timezone": "Europe/Vienna"}),
    "kind": ({"kind": "worker", "image": IMAGE}, {"kind": "job"}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_changed_reaches_the_scheduler(name: str, chosen: Scheduler, change: str) -> None:
    before, changed = CHANGES[change]
    after = {**before, **changed}
    if not refusals(chosen, before) and not refusals(chosen, after):
        assert render(name, before) != render(name, after)


def test_what_is_around_it_reaches_the_scheduler(name: str) -> None:
    base = render(name, CASES["routes"])
    assert base != render(name, CASES["routes"], environment="qa")
    assert base != render(name, CASES["routes"], domain="example.com")
    outside = CASES["needs things outside"]
    other = {**ENDPOINTS, "db": {"url": "postgres://db2.example.com/foxden"}}
    assert render(name, outside) != render(name, outside, endpoints=other)
    before = CASES["needs what was deployed before"]
    moved = {**ENDPOINTS, "elsewhere": {"service": "elsewhere-v2", "protocol": "http"}}
    assert render(name, before) != render(name, before, endpoints=moved)


@pytest.mark.parametrize(
    "changed",
    [
        {"replicas": 0},
        {"replicas": 9},
        {"image": "registry.example.com/foxden/pods:8"},
        {"version": "9"},
        {"env": {"A": "1"}},
        {"memory": 512, "cpu": 1},
        {"release": {"strategy": "blue-green"}},
        {"labels": {"team": "x"}},
        {"routes": [{"host": "pods"}]},
        {"needs": ["admin"]},
        {"port": 9090},
    ],
)
def test_the_address_of_a_need_is_stable(name: str, changed: dict[str, Any]) -> None:
    before = render(name, CASES["needs"])
    after = render(name, CASES["needs"], {**OTHERS, "pods": {**OTHERS["pods"], **changed}})
    assert before == after


def test_no_credential_is_in_a_manifest(name: str, chosen: Scheduler) -> None:
    text = json.dumps({case: render(name, description) for case, description in taken(chosen).items()})
    assert "scheduler-token" not in text
    assert "discovery-token" not in text


def test_the_version_is_in_the_manifest(name: str) -> None:
    assert "v-8f2c" in json.dumps(render(name, {**WEB, "version": "v-8f2c"}))


def test_problems_are_found_without_knowing_what_is_not_known_yet(name: str, chosen: Scheduler) -> None:
    spec, _ = read(WEB)

    def program() -> None:
        late = {key: unknown_output() for key in ("domain", "address", "token", "discovery_address", "ingress_port")}
        assert chosen.problems(spec, connection_args(name, **late, options={"x": unknown_output()})) is not None
        assert chosen.problems(spec, connection_args(name, **late, options=pulumi.Output.from_input({}))) == []

    run(program, preview=True)


@given(description=descriptions(), data=st.data())
def test_any_valid_service_is_refused_or_rendered(description: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(SCHEDULERS)))
    chosen = scheduler(name)
    spec = parse_service("consumer", {**description, "needs": []})
    if not unsupported(spec, {}, chosen) and not chosen.problems(spec, connection_args(name)):
        manifest = chosen.render(spec, known(name), {})
        assert json.loads(json.dumps(manifest, allow_nan=False)) == manifest
        assert chosen.render(spec, known(name), {}) == manifest
