"""What must hold for every input, not for examples alone."""

import itertools
import json
import math
import re
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from foxden import InvalidInput, ServiceDescription
from foxden.naming import MAX_ENVIRONMENT, MAX_SERVICE, discovery_name, label_problem
from foxden.service.discovery import cycles, injected_names, need_names, need_problems, parse_endpoints, provided
from foxden.service.parse import parse_service, read_service
from foxden.service.reader import UNKNOWN
from foxden.service.resolve import resolve
from foxden.service.spec import Route, ServiceSpec
from tests.strategies import descriptions, hosts, labels

SCALARS: Any = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(alphabet=st.characters())
    | st.binary(max_size=5)
    | st.just(UNKNOWN)
    | st.integers(400, 401).map(lambda digits: 10**digits)
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = sorted(ServiceDescription.__annotations__)
NEARLY = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), ANYTHING, max_size=6)


@given(name=ANYTHING, description=ANYTHING | NEARLY)
def test_nothing_crashes_the_reader(name: Any, description: Any) -> None:
    spec, problems = read_service(name, description)
    assert isinstance(spec, ServiceSpec)
    assert all(problem.message and problem.subject for problem in problems)


@given(description=descriptions(), field=st.sampled_from(FIELDS), value=ANYTHING)
def test_one_wrong_field_crashes_nothing_and_is_named(description: dict[str, Any], field: str, value: Any) -> None:
    before = read_service("pods", description)
    assert before[1] == []
    spec, problems = read_service("pods", {**description, field: value})
    assert problems or isinstance(spec, ServiceSpec)
    assert all(len(str(problem)) < 600 for problem in problems)


@given(endpoints=ANYTHING | st.dictionaries(labels(), ANYTHING | st.fixed_dictionaries({"url": ANYTHING})))
def test_nothing_crashes_the_reader_of_endpoints(endpoints: Any) -> None:
    parse_endpoints("environment", endpoints, [])


@given(services=ANYTHING | st.dictionaries(labels(), NEARLY), endpoints=ANYTHING, secrets=ANYTHING)
def test_nothing_crashes_an_environment(services: Any, endpoints: Any, secrets: Any) -> None:
    specs, targets, problems = resolve(services, endpoints, secrets, "foxden.localhost")
    if not problems:
        assert {need for spec in specs for need in spec.needs} <= targets.keys()


@given(description=descriptions())
def test_a_valid_description_means_the_same_after_a_journey(description: dict[str, Any]) -> None:
    """Through JSON with every number as a float, as Pulumi carries them."""
    text = json.dumps(description)
    spec = parse_service("pods", description)
    floats = json.loads(text, parse_int=float)
    assert parse_service("pods", json.loads(text)) == spec
    assert parse_service("pods", floats) == spec
    assert repr(parse_service("pods", floats)) == repr(spec)
    assert json.dumps(description) == text


@given(description=descriptions())
def test_a_valid_spec_is_within_its_bounds(description: dict[str, Any]) -> None:
    spec = parse_service("pods", description)
    assert bool(spec.image) != bool(spec.command)
    assert len({port.number for port in spec.ports}) == len({port.name for port in spec.ports}) == len(spec.ports)
    assert all(1 <= port.number <= 65535 for port in spec.ports)
    assert bool(spec.ports) == (spec.kind == "service")
    assert spec.health.grace < spec.release.deadline
    assert spec.health.port in {port.name for port in spec.ports} | {""}
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,127}", spec.version)
    assert all(spec.port(route.port) for route in spec.routes)
    numbers = [spec.health.interval, spec.health.timeout, spec.resources.cpu, spec.termination_grace]
    assert all(type(number) in (int, float) and math.isfinite(number) for number in numbers)


@given(description=descriptions(), junk=st.dictionaries(st.sampled_from(FIELDS), ANYTHING, min_size=1, max_size=3))
def test_the_same_input_is_told_the_same(description: dict[str, Any], junk: dict[str, Any]) -> None:
    one, other = (read_service("pods", {**description, **junk}) for _ in range(2))
    assert one == other


def has_cycle(needs: dict[str, set[str]]) -> bool:
    """By trying every order in which the services could start."""
    return not any(
        all(needs[name] & needs.keys() <= set(order[:position]) for position, name in enumerate(order))
        for order in itertools.permutations(needs)
    )


@given(st.dictionaries(st.sampled_from("abcde"), st.sets(st.sampled_from("abcdexy"), max_size=4), max_size=5))
def test_cycles_are_found_where_no_order_works(needs: dict[str, set[str]]) -> None:
    needs = {name: wanted - {name} for name, wanted in needs.items()}
    specs = [ServiceSpec(name, needs=tuple(sorted(wanted))) for name, wanted in needs.items()]
    problems = cycles(specs)
    assert bool(problems) == has_cycle(needs)
    for problem in problems:
        loop = problem.message.removeprefix("needs form a cycle: ").split(" -> ")
        assert loop[0] == loop[-1] and len(set(loop)) == len(loop) - 1 > 1
        assert all(wanted in needs[needing] for needing, wanted in itertools.pairwise(loop))
        for needing, wanted in itertools.pairwise(loop):
            needs[needing].discard(wanted)
            break
    assert not has_cycle(needs)


@given(st.lists(st.tuples(labels(), labels(15) | st.just("")), max_size=6, unique=True))
def test_needs_without_a_problem_give_legal_names_once(wanted: list[tuple[str, str]]) -> None:
    needs = [f"{name}:{port}" if port else name for name, port in wanted]
    assume(all(name != "consumer" for name, _ in wanted))
    spec, problems = read_service("consumer", {"kind": "worker", "image": "a", "needs": needs})
    assert problems == []
    names = [name for need in spec.needs for name in need_names(need)]
    assert all(re.fullmatch(r"[A-Z_][A-Z0-9_]*", name) for name in names)
    targets = parse_endpoints("environment", {need: {"url": "http://x"} for need in needs}, [])
    if not need_problems(spec, targets):
        every = list(injected_names(spec))
        assert len(set(names)) == len(names)
        assert len(every) == len(names) + 4


@given(st.lists(st.tuples(labels(MAX_SERVICE), labels(MAX_ENVIRONMENT)), min_size=2, max_size=2, unique=True))
def test_two_services_never_have_one_name_in_discovery(pairs: list[tuple[str, str]]) -> None:
    assert discovery_name(*pairs[0]) != discovery_name(*pairs[1])
    assert len(discovery_name(*pairs[0])) <= 63


@given(st.text(max_size=45))
def test_a_label_is_a_dns_label(name: str) -> None:
    good = re.fullmatch(r"(?!.*--)[a-z]([a-z0-9-]{0,38}[a-z0-9])?", name, re.ASCII) is not None
    assert (label_problem(name, 40) is None) == (good and "\n" not in name)


@given(host=hosts() | st.just(""), domain=hosts())
def test_a_routes_host_is_below_its_domain_unless_it_is_absolute(host: str, domain: str) -> None:
    assert Route(host=host).host_in(domain) == (f"{host}.{domain}" if host else domain)
    if host:
        assert Route(host=f"{host}.").host_in(domain) == host


@given(description=descriptions(), name=labels())
def test_what_is_provided_is_every_port_by_name_and_the_first_without(description: dict[str, Any], name: str) -> None:
    spec = parse_service(name, description)
    targets = provided([spec])
    assert set(targets) == {f"{name}:{port.name}" for port in spec.ports} | ({name} if spec.ports else set())
    for port in spec.ports:
        target = targets[f"{name}:{port.name}"]
        assert spec.port(getattr(target, "port", None) or "") == port
        assert getattr(target, "protocol", None) == port.protocol


@given(description=descriptions())
def test_an_error_is_raised_exactly_when_there_is_a_problem(description: dict[str, Any]) -> None:
    broken = {**description, "replicas": -1}
    problems = read_service("pods", broken)[1]
    try:
        parse_service("pods", broken)
    except InvalidInput as error:
        assert list(error.problems) == problems != []
    else:
        raise AssertionError("not raised")
