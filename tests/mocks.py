"""A Pulumi engine in memory: runs a program with the real SDK and keeps everything that it registered."""

import asyncio
import contextvars
import itertools
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime import Mocks, configure, resource, rpc, run_in_stack
from pulumi.runtime.mocks import MockMonitor, MockSettings
from pulumi.runtime.proto import engine_pb2
from pulumi.runtime.proto.resource_pb2 import RegisterResourceResponse
from pulumi.runtime.proto.source_pb2 import StackTrace
from pulumi.runtime.sync_await import _ensure_event_loop, _sync_await

from foxden.clouds.references import REFERENCES

resource._get_stack_trace = StackTrace  # a fifth of a test's time, and nobody asks where a resource was made
STACK_TYPE = "pulumi:pulumi:Stack"
PROJECT = "foxden"


@dataclass(frozen=True)
class Secret:
    """A value that was marked secret on its way to the engine."""

    value: Any


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()
"""Stands for a value that the engine was told to be not known yet."""


@dataclass
class Resource:
    """One registration, as the engine was told it."""

    type: str
    name: str
    urn: str
    parent: str
    """URN; '' for the stack itself."""
    inputs: dict[str, Any]
    """Secret values are a :class:`Secret`, unknown ones ``UNKNOWN``."""
    provider: str
    """URN of the provider that manages it, '' for the default one."""
    depends_on: frozenset[str]
    """URNs of all that it waits for."""
    protect: bool
    retained: bool
    custom: bool
    aliases: tuple[Any, ...] = ()
    ignored: tuple[str, ...] = ()
    outputs: dict[str, Any] | None = None
    """What ``register_outputs`` gave; None when it was never called."""


@dataclass
class Recorded:
    """All that a program did."""

    resources: list[Resource] = field(default_factory=list)
    """In the order of registration, without the stack itself."""
    exports: dict[str, Any] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)
    """Errors and warnings."""

    def of_type(self, kind: str) -> dict[str, Resource]:
        """Name to resource, of a type such as ``foxden:index:Service``."""
        return {each.name: each for each in self.resources if each.type == kind}

    def one(self, kind: str, name: str | None = None) -> Resource:
        """The only resource of that type (and name)."""
        found = [each for each in self.resources if each.type == kind and name in (None, each.name)]
        assert len(found) == 1, f"{len(found)} of {kind} {name or ''}: {[each.urn for each in self.resources]}"
        return found[0]

    @property
    def providers(self) -> list[Resource]:
        """The providers that were started."""
        return [each for each in self.resources if each.type.startswith("pulumi:providers:")]

    def by_urn(self, urn: str) -> Resource:
        """The resource of that URN."""
        return next(each for each in self.resources if each.urn == urn)


class Failed(Exception):
    """The program failed; ``recorded`` has what it did before. The cause is the program's own error."""

    def __init__(self, error: Exception, recorded: Recorded) -> None:
        super().__init__(str(error))
        self.error = error
        self.recorded = recorded


Answer = Callable[[str, str, Mapping[str, Any]], Mapping[str, Any]]
"""What a provider makes of a resource: type, name and inputs (secrets are plain) to outputs, an ``id`` among them."""

Functions = Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]
"""A provider's functions that a program may call: token to what makes its result of the arguments."""


def run(
    program: Callable[[], Any],
    *,
    preview: bool = False,
    stack: str = "test",
    answer: Answer | None = None,
    functions: Functions | None = None,
    stacks: Mapping[str, Mapping[str, Any]] | None = None,
) -> Recorded:
    """Run a program as ``pulumi up`` (or ``preview``) does. Raises :class:`Failed` with the program's error.

    ``stacks`` has the outputs of others that the program refers to. Nothing is left of one run in the next.
    """
    recorded = Recorded()
    mocks = _Others(functions or {}, stacks or {})
    monitor = _Monitor(recorded, answer or (lambda *_: {}), mocks, preview, stack)
    with patch.dict(REFERENCES):
        contextvars.copy_context().run(_run, program, recorded, monitor, preview, stack)
    return recorded


def _run(program: Callable[[], Any], recorded: Recorded, monitor: "_Monitor", preview: bool, stack: str) -> None:
    configure(
        MockSettings(  # type: ignore[no-untyped-call]
            monitor=monitor,
            engine=_Engine(recorded),
            project=PROJECT,
            stack=stack,
            dry_run=preview,
            organization="organization",
            feature_support={},
            package_refs={},
            outputs=set(),
        )
    )
    # As Pulumi's own launcher does: a failed program leaves futures behind that nobody asks any more.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(run_in_stack(lambda: program() and None))
    except Exception as error:
        raise Failed(error, recorded) from error
    finally:
        # An error leaves tasks behind that nobody waits for any more.
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        loop.close()


class _Others(Mocks):
    """What a program asks of others: functions of providers, and outputs of other stacks."""

    def __init__(self, functions: Functions, stacks: Mapping[str, Mapping[str, Any]]) -> None:
        self._functions = functions
        self._stacks = stacks

    def call(self, args: Any) -> Any:
        assert args.token in self._functions, f"a provider's function was called: {args.token}"
        return self._functions[args.token](args.args)

    def new_resource(self, args: Any) -> Any:
        assert args.typ == "pulumi:pulumi:StackReference", f"a resource was read: {args.typ}"
        assert args.name in self._stacks, f"another stack was referred to: {args.name}"
        return args.name, {"name": args.name, "outputs": dict(self._stacks[args.name]), "secretOutputNames": []}


class _Monitor(MockMonitor):
    """Keeps the requests themselves: Pulumi's own mocks don't hand on parents, dependencies and secrets."""

    def __init__(self, recorded: Recorded, answer: Answer, mocks: Mocks, preview: bool, stack: str) -> None:
        super().__init__(mocks)
        self._recorded = recorded
        self._answer = answer
        self._preview = preview
        self._stack = stack
        self._numbers = itertools.count(1)

    def _urn(self, parent: str, kind: str, name: str) -> str:
        """As the real engine makes it: the types of all parents are part of it."""
        if parent and not self._is_stack(parent):
            kind = f"{parent.split('::')[2]}${kind}"
        return f"urn:pulumi:{self._stack}::{PROJECT}::{kind}::{name}"

    @staticmethod
    def _is_stack(urn: str) -> bool:
        return f"::{STACK_TYPE}::" in urn

    def RegisterResource(self, request: Any) -> Any:
        urn = self._urn(request.parent, request.type, request.name)
        if any(known.urn == urn for known in self._recorded.resources):
            raise RuntimeError(f"Duplicate resource URN '{urn}'; try giving it a unique name")
        if request.type == STACK_TYPE:
            return RegisterResourceResponse(urn=urn)
        inputs = {key: plain(value) for key, value in request.object.fields.items()}
        self._recorded.resources.append(
            Resource(
                type=request.type,
                name=request.name,
                urn=urn,
                parent="" if self._is_stack(request.parent) else request.parent,
                inputs=inputs,
                provider=request.provider.rpartition("::")[0],
                depends_on=frozenset(request.dependencies),
                protect=request.protect,
                retained=request.retainOnDelete,
                custom=request.custom,
                aliases=tuple(request.aliases) + tuple(request.aliasURNs),
                ignored=tuple(request.ignoreChanges),
            )
        )
        known = {key: value for key, value in reveal(inputs).items() if not _holds_unknown(value)}
        state = {**known, **self._answer(request.type, request.name, reveal(inputs))}
        given = state.pop("id", None) or f"id-{next(self._numbers)}"
        identity = "" if self._preview or not request.custom else given
        _ensure_event_loop()  # type: ignore[no-untyped-call]
        return RegisterResourceResponse(urn=urn, id=identity, object=_sync_await(rpc.serialize_properties(state, {})))

    def RegisterResourceOutputs(self, request: Any) -> Any:
        outputs = {key: plain(value) for key, value in request.outputs.fields.items()}
        for known in self._recorded.resources:
            if known.urn == request.urn:
                known.outputs = outputs
        if self._is_stack(request.urn):
            self._recorded.exports.update(outputs)
        return empty_pb2.Empty()


class _Engine:
    def __init__(self, recorded: Recorded) -> None:
        self._recorded = recorded

    def Log(self, request: Any) -> Any:
        if request.severity in (engine_pb2.WARNING, engine_pb2.ERROR):
            self._recorded.logs.append(request.message)
        return empty_pb2.Empty()


def plain(value: Any) -> Any:
    """A protobuf value as Python data, with secrets and unknowns marked."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        fields = {key: plain(item) for key, item in value.struct_value.fields.items()}
        return Secret(fields["value"]) if fields.get(rpc._special_sig_key) == rpc._special_secret_sig else fields
    if kind == "list_value":
        return [plain(item) for item in value.list_value.values]
    found = None if kind == "null_value" else getattr(value, kind)
    return UNKNOWN if found == rpc.UNKNOWN else found


def reveal(value: Any) -> Any:
    """The same data with secrets as their plain values."""
    return _opened(value, lambda secret: reveal(secret.value))


def without_secrets(value: Any) -> Any:
    """The same data without what is secret in it."""
    return _opened(value, lambda _: None)


def _opened(value: Any, change: Callable[[Secret], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _opened(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_opened(item, change) for item in value]
    return change(value) if isinstance(value, Secret) else value


def _holds_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_unknown, value.values()))
    return any(map(_holds_unknown, value)) if isinstance(value, list) else value is UNKNOWN


def unknown_output() -> pulumi.Output[Any]:
    """An output as a resource that isn't there yet has it in a preview."""

    async def value() -> Any:
        return None

    async def no() -> bool:
        return False

    return pulumi.Output(set(), value(), no(), no())
