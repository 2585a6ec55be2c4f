"""Properties as rules read them: nothing that is in there, or is not, makes a rule fail."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from local.plugins.wire import UNKNOWN, Secret


class Node:
    """A value somewhere in a resource's properties.

    What is below a value that isn't there is not there either. What is secret is never read, and of what is not known
    yet nothing can be said: such a value is ``opaque``, and so is everything below it.
    """

    __slots__ = ("path", "value")

    def __init__(self, value: Any, path: str = "") -> None:
        self.value = value
        self.path = path
        """Where it is, ``metadataOptions.httpTokens``; '' for all properties."""

    def __getitem__(self, key: str) -> "Node":
        """What is at a key, or at a path of keys with dots."""
        found = self
        for part in key.split("."):
            found = found._child(part)
        return found

    def exactly(self, key: str) -> "Node":
        """What is at a key that may have dots of its own."""
        return self._child(key)

    def _child(self, key: str) -> "Node":
        path = f"{self.path}.{key}" if self.path else key
        if self.opaque:
            return Node(self.value, path)
        return Node(self.value.get(key) if isinstance(self.value, Mapping) else None, path)

    @property
    def secret(self) -> bool:
        """Whether it is marked secret."""
        return isinstance(self.value, Secret)

    @property
    def opaque(self) -> bool:
        """Whether it can't be read: it is secret, or not known yet."""
        return self.secret or self.value is UNKNOWN

    @property
    def absent(self) -> bool:
        """Whether there is surely nothing: an empty text, list or mapping is nothing, too."""
        return self.value is None or (isinstance(self.value, (str, list, Mapping)) and not self.value)

    @property
    def given(self) -> bool:
        """Whether there is something, be it opaque."""
        return not self.absent

    @property
    def text(self) -> str:
        """The text; '' when it is none that can be read."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def number(self) -> float | None:
        """The number, also of a text that is one; None when it is none that can be read."""
        if isinstance(self.value, bool):
            return None
        if isinstance(self.value, (int, float)):
            return self.value
        try:
            return float(self.text)
        except ValueError:
            return None

    def is_(self, *values: Any) -> bool:
        """Whether it surely is one of these."""
        return any(_same(self.value, value) for value in values)

    def is_not(self, *values: Any) -> bool:
        """Whether it surely is none of these; what is not there is none of them."""
        return not self.opaque and not self.is_(*values)

    def below(self, least: float) -> bool:
        """Whether it surely is a number below that, or no number at all."""
        number = self.number
        return not self.opaque and (number is None or number < least)

    def above(self, most: float) -> bool:
        """Whether it surely is a number above that."""
        number = self.number
        return number is not None and number > most

    def each(self) -> Iterator["Node"]:
        """The entries of a list; none when it is no list that can be read."""
        for position, item in enumerate(self.value if isinstance(self.value, list) else ()):
            yield Node(item, f"{self.path}[{position}]")

    def entries(self) -> Iterator[tuple[str, "Node"]]:
        """Key and value of each entry of a mapping; none when it is no mapping that can be read."""
        for key in self.value if isinstance(self.value, Mapping) else ():
            yield str(key), self.exactly(key)

    def texts(self) -> Iterator[str]:
        """The texts in a list, or a text that stands for a list of one."""
        if self.text:
            yield self.text
        yield from (item.text for item in self.each() if item.text)

    def walk(self) -> Iterator["Node"]:
        """Itself and all that is below, as far as it can be read."""
        yield self
        for item in self.each():
            yield from item.walk()
        for _, item in self.entries():
            yield from item.walk()

    @property
    def holds_opaque(self) -> bool:
        """Whether it or anything below it can't be read."""
        return any(node.opaque for node in self.walk())

    def json(self) -> "Node":
        """What a text that is JSON says; it is as opaque as the text, and nothing where that is no JSON."""
        return Node(self.value if self.opaque else _parsed(self.text), self.path)


def _same(found: Any, wanted: Any) -> bool:
    """Equal, and a number is no truth value."""
    return isinstance(found, bool) == isinstance(wanted, bool) and bool(found == wanted)


@lru_cache(maxsize=64)
def _parsed(text: str) -> Any:
    """Many rules read the same document, one after the other. Nobody changes what they read."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
