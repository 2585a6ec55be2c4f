"""Pulumi's provider protocol over tables and handlers: what every stand-in does the same way."""

import threading
from collections.abc import Callable
from typing import Any, Generic, NoReturn, TypeAlias, TypeVar

import grpc
from google.protobuf import any_pb2, empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from local.plugins import answers, checking, comparing
from local.plugins.contract import DEFAULT_SECONDS, Call, Client, Differences, Handler, Package
from local.plugins.errors import Cancelled, Incomplete, OperationError
from local.plugins.wire import UNKNOWN, Values, decode, encode, has_unknown, plain

Result = TypeVar("Result")
Context: TypeAlias = grpc.ServicerContext


class Provider(provider_pb2_grpc.ResourceProviderServicer, Generic[Client]):
    """One instance serves one configured provider of a program, with many calls at once.

    Requests and answers are the protocol's messages (provider.proto), hence their loose types here.
    """

    def __init__(self, package: Package[Client]) -> None:
        self._package = package
        self._cancelled = threading.Event()
        self._client: Client | None = None

    # --- the provider itself ---

    def Handshake(self, request: Any, context: Context) -> Any:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def GetPluginInfo(self, request: Any, context: Context) -> Any:
        return plugin_pb2.PluginInfo(version=self._package.version)

    def GetSchema(self, request: Any, context: Context) -> Any:
        return provider_pb2.GetSchemaResponse(schema=answers.schema_of(self._package))

    def CheckConfig(self, request: Any, context: Context) -> Any:
        table = self._package.config
        checked, problems = checking.check(table, answers.config_from_text(table, decode(request.news)))
        return answers.check_response(answers.config_to_text(checked), problems)

    def DiffConfig(self, request: Any, context: Context) -> Any:
        table = self._package.config
        old, new = (answers.config_from_text(table, decode(side)) for side in (request.olds, request.news))
        return answers.diff_response(comparing.changes(table, old, new))

    def Configure(self, request: Any, context: Context) -> Any:
        config = plain(answers.config_from_text(self._package.config, decode(request.args)))
        self._client = self._answered(context, lambda: self._package.connect(config, self._cancelled))
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Cancel(self, request: Any, context: Context) -> Any:
        self._cancelled.set()
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Context) -> Any:
        function = self._package.functions.get(request.tok)
        if function is None:
            self._missing(context, request.tok)
        client, arguments = self._connected(context), plain(decode(request.args))
        found = self._answered(context, lambda: function(client, arguments))
        answer = provider_pb2.InvokeResponse()
        getattr(answer, "return").CopyFrom(encode(found))  # a word of Python's own
        return answer

    # --- its resources ---

    def Check(self, request: Any, context: Context) -> Any:
        handler = self._handler(request, context)
        given, name = decode(request.news), request.urn.split("::")[-1]
        named = answers.autonames(handler.table, given, decode(request.olds), name, request.randomSeed)
        checked, problems = checking.check(handler.table, {**given, **named})
        return answers.check_response(checked, problems or handler.problems(plain(checked)))

    def Diff(self, request: Any, context: Context) -> Any:
        handler = self._handler(request, context)
        found = self._differences(context, handler, decode(request.olds), decode(request.news))
        return answers.diff_response(found.changes)

    def Create(self, request: Any, context: Context) -> Any:
        handler, inputs = self._handler(request, context), decode(request.properties)
        if request.preview:
            outputs = self._foreseen(context, handler, inputs, {}, handler.table.settled_by_server)
            return provider_pb2.CreateResponse(properties=encode(answers.sealed(handler, outputs, inputs)))
        call = self._call(request, context)

        def create() -> Any:
            try:
                found = handler.create(call, plain(inputs))
            except Incomplete as error:
                abort_incomplete(context, error, answers.sealed(handler, {**inputs, **error.outputs}, inputs))
            outputs = answers.sealed(handler, {**inputs, **found.outputs}, inputs)
            return provider_pb2.CreateResponse(id=found.resource_id, properties=encode(outputs))

        return self._answered(context, create)

    def Read(self, request: Any, context: Context) -> Any:
        handler, call = self._handler(request, context), self._call(request, context)
        inputs = decode(request.inputs)
        known = {**inputs, **decode(request.properties)}
        found = self._answered(context, lambda: handler.read(call, request.id, plain(known)))
        if found is None:
            return provider_pb2.ReadResponse()
        outputs = answers.sealed(handler, found.outputs, known)
        return provider_pb2.ReadResponse(
            id=found.resource_id,
            properties=encode(outputs),
            inputs=encode(answers.read_inputs(handler.table, inputs, outputs)),
        )

    def Update(self, request: Any, context: Context) -> Any:
        handler, state, inputs = self._handler(request, context), decode(request.olds), decode(request.news)
        if request.preview:
            unsettled = self._differences(context, handler, state, inputs).unsettled
            outputs = self._foreseen(context, handler, inputs, state, unsettled)
        else:
            call = self._call(request, context)
            work = lambda: handler.update(call, request.id, plain(state), plain(inputs))  # noqa: E731
            outputs = {**inputs, **self._answered(context, work)}
        return provider_pb2.UpdateResponse(properties=encode(answers.sealed(handler, outputs, inputs)))

    def Delete(self, request: Any, context: Context) -> Any:
        handler, call = self._handler(request, context), self._call(request, context)
        self._answered(context, lambda: handler.delete(call, request.id, plain(decode(request.properties))))
        return empty_pb2.Empty()

    # --- what they share ---

    def _handler(self, request: Any, context: Context) -> Handler[Client]:
        token = request.urn.split("::")[2].split("$")[-1]
        handler = self._package.by_type.get(token)
        if handler is None:
            self._missing(context, token)
        return handler

    def _missing(self, context: Context, token: str) -> NoReturn:
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            f"the stand-in for the {self._package.name} plugin has no '{token}', only "
            f"{', '.join(sorted(self._package.by_type))}; the official plugin has all (see docs/plugins.md)",
        )
        raise AssertionError("abort raises")

    def _connected(self, context: Context) -> Client:
        if self._client is None:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "the provider is not configured")
            raise AssertionError("abort raises")
        return self._client

    def _call(self, request: Any, context: Context) -> Call[Client]:
        return Call(self._connected(context), request.timeout or DEFAULT_SECONDS)

    def _differences(self, context: Context, handler: Handler[Client], state: Values, inputs: Values) -> Differences:
        client = self._connected(context)
        found = comparing.changes(handler.table, state, inputs)
        return self._answered(context, lambda: handler.differences(client, plain(state), plain(inputs), found))

    def _foreseen(
        self, context: Context, handler: Handler[Client], inputs: Values, state: Values, unsettled: frozenset[str]
    ) -> Values:
        """A preview's outputs: what will not change, unknown for the rest, and what the inputs already say."""
        client = self._connected(context)
        told: Values = {}
        if not has_unknown(inputs):
            told = self._answered(context, lambda: handler.foreseen(client, plain(inputs)))
        kept = {name: value for name, value in state.items() if name in handler.table.settled_by_server}
        return {**kept, **dict.fromkeys(unsettled, UNKNOWN), **told, **inputs}

    def _answered(self, context: Context, work: Callable[[], Result]) -> Result:
        """The work's result, or its foreseeable errors in the protocol's form."""
        try:
            return work()
        except OperationError as error:
            # Not UNKNOWN or INTERNAL: the engine takes those to mean that the resource may have changed.
            cancelled = isinstance(error, Cancelled)
            context.abort(grpc.StatusCode.CANCELLED if cancelled else grpc.StatusCode.FAILED_PRECONDITION, str(error))
        raise AssertionError("abort raises")


def abort_incomplete(context: Context, error: Incomplete, outputs: Values, inputs: Values | None = None) -> NoReturn:
    """Have the engine keep the resource in its state although the operation failed; a read gives the inputs too."""
    detail = any_pb2.Any()
    failed = provider_pb2.ErrorResourceInitFailed(id=error.resource_id, reasons=[str(error)])
    failed.properties.CopyFrom(encode(outputs))
    failed.inputs.CopyFrom(encode(inputs or {}))
    detail.Pack(failed)
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error), details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, str(error))
    raise AssertionError("abort raises")
