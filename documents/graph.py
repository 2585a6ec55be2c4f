"""What a stack registered, as a graph in Graphviz's language (pure).

Components are boxes. What is in one of them is put together by type, so that a hundred resources stay a picture; an
arrow leads from what waits to what it waits for, and is left out where another way says so already.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.mocks import Recorded, Resource

COLORS = ("#eef3fb", "#dde8f7", "#cbdcf2")
"""Of boxes, by how deep they are in others."""

CONTENT = re.compile(r"-[0-9a-f]{10,}\Z")
"""The end of a name that says what is in it: that changes often, and the picture does not. Such a resource may be
registered after what waits for all that its component has, or before: so nothing is drawn to wait for it."""

FRAME = """digraph {
  graph [rankdir=LR, fontname="Arial", fontsize=11, newrank=true, nodesep=0.15, ranksep=0.6, compound=true]
  node [shape=box, style="rounded,filled", fillcolor=white, color="#5b6b8c", fontname="Arial", fontsize=10, height=0.3]
  edge [color="#8a99b8", arrowsize=0.6]
"""


@dataclass(frozen=True)
class Part:
    """All resources of one type in one component."""

    parent: str
    """URN of the component; '' for the stack itself."""
    type: str

    @property
    def id(self) -> str:
        """What it is called in the graph's text."""
        return json.dumps(f"{self.parent}|{self.type}")

    def label(self, names: list[str]) -> str:
        """What is written on it: its type, then its name, or how many they are."""
        package, *_, kind = self.type.replace("pulumi:providers:", "provider:").split(":")
        return f"{package} {kind}\n{CONTENT.sub('', names[0]) if len(names) == 1 else f'({len(names)})'}"


@dataclass(frozen=True)
class Box:
    """A component, and what is directly in it."""

    parts: dict[Part, list[str]] = field(default_factory=dict)
    """To the names of the resources."""
    components: list[Resource] = field(default_factory=list)


def graph(recorded: Recorded) -> str:
    """The text of the graph: the same for the same resources, in whichever order they were registered."""
    resources = sorted(recorded.resources, key=lambda each: each.urn)
    boxes: dict[str, Box] = defaultdict(Box)
    parts: dict[str, Part] = {}
    for each in resources:
        if not each.custom:
            boxes[each.parent].components.append(each)
            continue
        part = parts[each.urn] = Part(each.parent, each.type)
        boxes[each.parent].parts.setdefault(part, []).append(each.name)
    lines = [*_box(boxes, "", 1)]
    drawn = {urn for urn in parts if not CONTENT.search(urn)}
    waits = {each.urn: each.depends_on & drawn for each in resources if each.custom}
    arrows = {(parts[urn], parts[other]) for urn, others in waits.items() for other in needed(waits, others)}
    lines += sorted(f"  {start.id} -> {end.id}" for start, end in arrows if start != end)
    return FRAME + "\n".join(lines) + "\n}\n"


def _box(boxes: Mapping[str, Box], urn: str, depth: int) -> Iterator[str]:
    indent = "  " * depth
    box = boxes.get(urn, Box())
    for part, names in box.parts.items():
        yield f"{indent}{part.id} [label={json.dumps(part.label(names))}]"
    for each in box.components:
        yield f"{indent}subgraph {json.dumps(f'cluster {each.urn}')} {{"
        kind = each.type.rpartition(":")[2]
        color = COLORS[min(depth, len(COLORS)) - 1]
        yield f'{indent}  label={json.dumps(f"{kind} {each.name}")}; style="rounded,filled"; color="{color}"'
        yield from _box(boxes, each.urn, depth + 1)
        yield f"{indent}}}"


def needed(waits: Mapping[str, Iterable[str]], others: Iterable[str]) -> set[str]:
    """Those of the others that none of them waits for anyway, however far away."""
    others = set(others)
    return {one for one in others if not any(one in _behind(waits, other) for other in others - {one})}


def _behind(waits: Mapping[str, Iterable[str]], urn: str) -> set[str]:
    """All that a resource waits for, however far away."""
    found: set[str] = set()
    ahead = list(waits.get(urn, ()))
    while ahead:
        one = ahead.pop()
        if one not in found:
            found.add(one)
            ahead.extend(waits.get(one, ()))
    return found
