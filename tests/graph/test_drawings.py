"""The drawings in the documentation are those of what the stacks register today."""

import subprocess
from typing import Any

import pulumi
import pytest

from documents.compose import STACKS
from documents.draw import PLACE, PROGRAM, drawn
from documents.graph import graph, needed
from tests.mocks import Recorded, run


def test_every_drawing_is_of_a_stack() -> None:
    assert {file.stem for file in PLACE.glob("*")} == set(STACKS)


@pytest.mark.parametrize("stack", STACKS)
def test_a_drawing_is_as_it_would_be_drawn_now(stack: str) -> None:
    assert (PLACE / f"{stack}.svg").read_text() == drawn(stack), f"run 'make graph STACK={stack}'"


class Thing(pulumi.CustomResource):
    """A resource of a package that there is not."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("some:index/thing:Thing", name, {}, opts)


def composed() -> Recorded:
    """Two components, one in the other, with things in a row."""

    def program() -> None:
        outer = pulumi.ComponentResource("foxden:index:Outer", "o")
        inner = pulumi.ComponentResource("foxden:index:Inner", "i", None, pulumi.ResourceOptions(parent=outer))
        last = Thing("last")
        within: list[pulumi.Resource] = [
            Thing(name, pulumi.ResourceOptions(parent=inner, depends_on=[last])) for name in "ba"
        ]
        Thing("first", pulumi.ResourceOptions(parent=outer, depends_on=[*within, last]))

    return run(program)


def lines(recorded: Recorded) -> list[str]:
    """What is drawn, without the frame."""
    return [line.strip() for line in graph(recorded).splitlines()]


def test_components_are_boxes_and_what_is_alike_is_put_together() -> None:
    text = graph(composed())
    assert 'label="Outer o"' in text
    assert text.index('label="Outer o"') < text.index('label="Inner i"') < text.index("(2)")
    assert '[label="some Thing\\nfirst"]' in text
    assert subprocess.run([PROGRAM, "-Tplain"], input=text, capture_output=True, text=True, check=True).stderr == ""


def test_an_arrow_that_others_say_already_is_left_out() -> None:
    arrows = [line for line in lines(composed()) if "->" in line]
    assert len(arrows) == 2  # from the first to those within, from these to the last
    waits: dict[str, Any] = {"a": ["b", "c", "d"], "b": ["c"], "c": ["d"], "d": []}
    assert needed(waits, waits["a"]) == {"b"}
    assert needed(waits, []) == set()


def test_the_order_of_registration_does_not_matter() -> None:
    recorded = composed()
    turned = Recorded(resources=recorded.resources[::-1])
    assert graph(turned) == graph(recorded)
