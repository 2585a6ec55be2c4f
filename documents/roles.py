"""Names in docstrings, such as ``:class:`foxden.Service```, become links to their place in the reference."""

import re
from typing import Any

import griffe

import foxden

ROLE = re.compile(r":[a-z]+:`([^`]+)`")


def linked(text: str) -> str:
    """A docstring as Markdown: a public name leads to its place, another one is code."""
    return ROLE.sub(_link, text)


def _link(found: re.Match[str]) -> str:
    name = found[1].removeprefix("foxden.")
    return f"[`{name}`][foxden.{name}]" if name in foxden.__all__ else f"`{found[1]}`"


class Roles(griffe.Extension):
    """Does so for all that has a docstring."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Called by griffe for each object that it has read."""
        if obj.docstring:
            obj.docstring.value = linked(obj.docstring.value)
