"""What a stand-in provider is made of: a package with a configuration, and a handler for each resource type."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeVar

from local.plugins.checking import Problem
from local.plugins.comparing import Change
from local.plugins.schema import Table
from local.plugins.wire import Values

Client = TypeVar("Client")

DEFAULT_SECONDS = 300.0
"""How long an operation may take when the program sets no customTimeouts: the official plugins' five minutes."""


@dataclass(frozen=True)
class Call(Generic[Client]):
    """One operation on the server."""

    client: Client
    seconds: float
    """The time limit of the whole operation."""


@dataclass(frozen=True)
class Found:
    """What the server has: the state, and the id it is to be known by (an import's id can be another)."""

    resource_id: str
    outputs: Values


@dataclass(frozen=True)
class Differences:
    """A handler's last word on what an update would change."""

    changes: list[Change]
    unsettled: frozenset[str] = frozenset()
    """Outputs that are not known before the update has run."""
    delete_first: bool = False
    """Whether the old one has to go before its replacement can come."""


class Handler(ABC, Generic[Client]):
    """One resource type.

    Values are plain here: secrets are opened before, and wrapped again after. Every operation may raise an
    OperationError.
    """

    type: str
    """The token, as ``package:module:Name``."""
    table: Table
    derived: ClassVar[Mapping[str, str]] = {}
    """Output -> the input it is made from: secret when that one is."""

    def problems(self, inputs: Values) -> Iterable[Problem]:
        """What the table can't say about inputs that fit it. Unknown values have to be let pass."""
        return ()

    def foreseen(self, client: Client, inputs: Values) -> Values:
        """Outputs that a preview can already tell; asked only when no input is unknown."""
        return {}

    def differences(self, client: Client, state: Values, inputs: Values, changes: list[Change]) -> Differences:
        """The table's changes, corrected by what only the handler or the server knows. Inputs may be unknown."""
        return Differences(changes)

    @abstractmethod
    def create(self, call: Call[Client], inputs: Values) -> Found:
        """Make it. Raises Incomplete once something is there that must not be forgotten."""

    @abstractmethod
    def read(self, call: Call[Client], resource_id: str, state: Values) -> Found | None:
        """What is there now; None when it is gone. ``state`` is empty for an import."""

    @abstractmethod
    def update(self, call: Call[Client], resource_id: str, state: Values, inputs: Values) -> Values:
        """Change it to ``inputs``; returns the outputs. When it raises, the state stays as it was."""

    @abstractmethod
    def delete(self, call: Call[Client], resource_id: str, state: Values) -> None:
        """Remove it. Already gone is fine."""


@dataclass(frozen=True)
class Package(Generic[Client]):
    """One provider: its configuration and its resource types."""

    name: str
    version: str
    """The version of the SDK whose names and types the tables have."""
    config: Table
    connect: Callable[[Values, threading.Event], Client]
    """From the plain configuration, and the event that cancels all operations, to what handlers talk to."""
    handlers: tuple[Handler[Client], ...]
    functions: Mapping[str, Callable[[Client, Values], Values]] = field(default_factory=dict)
    """Token to what answers a function: it is given the plain arguments, and may raise an OperationError."""
    by_type: Mapping[str, Handler[Client]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_type", {handler.type: handler for handler in self.handlers})
