"""The policy pack over 1,000 resources: through the engine, over a state, and rule by rule."""

import itertools
import json
import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from google.protobuf import json_format

from bench.preview import SERVICES, judged
from local.paths import REPO
from local.plugins import wire
from local.shell import environment
from policies.model import Resource, Stack
from policies.node import Node
from policies.pack import Pack, load
from policies.rule import Rule
from policies.rules import RULES
from policies.sources.state import read_state
from tests.policies.examples import cloud, keeping, pods, running

COUNT = 1000
RUNS = 5
SIZE = 330
"""Services whose resources are about as many."""
# What is measured is no environment: without a base it would be judged as strictly as production, and forbidden.
PACK = ("--policy-pack", str(REPO / "policies"), "--config", "foxden:inherits=local")
_EXAMPLES = {**cloud.EXAMPLES, **keeping.EXAMPLES, **pods.EXAMPLES, **running.EXAMPLES}


def resources(count: int = COUNT) -> list[Resource]:
    """As many resources of all kinds that rules look at, right ones and wrong ones."""
    known = [each for example in _EXAMPLES.values() for one in (*example.passes, *example.violates) for each in one]
    return [
        replace(each, name=f"{each.name}-{number}", urn=f"{each.urn}-{number}")
        for number, each in enumerate(itertools.islice(itertools.cycle(known), count))
    ]


def exported(found: list[Resource]) -> str:
    """What Pulumi would export of them."""
    entries = [
        {
            "type": each.type,
            "urn": each.urn,
            "parent": each.parent,
            "custom": not each.component,
            "inputs": json_format.MessageToDict(wire.encode(each.props)),
        }
        for each in found
    ]
    return json.dumps({"version": 3, "deployment": {"resources": entries}})


def state_table() -> str:
    """Seconds over a state of that many resources, and milliseconds of the slowest rules."""
    pack, found = load(), resources()
    text = exported(found)
    read = statistics.median(_seconds(lambda: read_state(text)) for _ in range(RUNS))
    whole = statistics.median(_seconds(lambda: _judge(pack, text)) for _ in range(RUNS))
    times = sorted(_of_rules(found), reverse=True)
    lines = [
        f"The policies over a state of {COUNT} resources of all kinds: {whole:.2f} s, {read:.2f} s of it to read it. "
        f"Of {len(times)} rules the median takes {statistics.median(ms for ms, _ in times):.1f} ms, the slowest",
        "",
        "| rule | ms |",
        "| --- | --- |",
        *(f"| `{name}` | {ms:.1f} |" for ms, name in times[:10]),
    ]
    return "\n".join(lines)


def engine_table(env: Mapping[str, str]) -> str:
    """Seconds of a preview with and without the pack."""
    count, without, both = judged(SERVICES["nomad"], SIZE, env, PACK)
    return f"A preview of {count} resources: {without:.1f} s, with the policies {both:.1f} s"


def _judge(pack: Pack, text: str) -> None:
    pack.judge(read_state(text), "dev")


def _seconds(act: Any) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _of_rules(found: list[Resource]) -> Iterator[tuple[float, str]]:
    stack = Stack("dev", tuple(found))
    for rule in RULES:
        yield statistics.median(_seconds(lambda rule=rule: _ask(rule, stack)) for _ in range(RUNS)) * 1000, rule.name


def _ask(rule: Rule, stack: Stack) -> None:
    config = Node(dict(rule.config))
    if rule.whole:
        list(rule.whole(stack, config))
    for each in stack.resources if rule.check else ():
        if rule.check and (each.type in rule.types or not rule.types):
            list(rule.check(each, config))


if __name__ == "__main__":
    print(state_table())
    print(f"\n{engine_table(environment())}")
