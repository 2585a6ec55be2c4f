"""Pulumi's provider protocol, every call passed on to the bridge in its own words."""

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import grpc
from google.protobuf import any_pb2, empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, status_pb2

from local.plugins.aws import config, names, shapes, translate
from local.plugins.aws.known import Known
from local.plugins.aws.types import Change
from local.toolchain.catalog import AWS_PLUGIN

_SERVICE = provider_pb2.DESCRIPTOR.services_by_name["ResourceProvider"]
_DETAILS = "grpc-status-details-bin"

Answer = Callable[[Any, grpc.ServicerContext], Any]


class Forward(grpc.GenericRpcHandler):
    """Answers for one configured provider of a program, with many calls at once."""

    def __init__(self, stub: Any, engine: str, known: Known) -> None:
        """``stub`` is the bridge, ``engine`` the address that the bridge is to log to."""
        self._stub = stub
        self._engine = engine
        self._known = known
        self._own: dict[str, Answer] = {
            "GetPluginInfo": lambda request, context: plugin_pb2.PluginInfo(version=AWS_PLUGIN.version),
            "GetSchema": lambda request, context: provider_pb2.GetSchemaResponse(
                schema=f'{{"name": "{AWS_PLUGIN.name}", "version": "{AWS_PLUGIN.version}"}}'
            ),
            "Handshake": self._handshake,
            "CheckConfig": self._configuration("CheckConfig"),
            "DiffConfig": self._configuration("DiffConfig"),
            "Configure": self._configuration("Configure"),
            "Check": self._check,
            "Invoke": self._invoke,
        }

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[Any, Any] | None":
        """The handler of one call; None for what the bridge can't be asked."""
        name = handler_call_details.method.rpartition("/")[2]
        method = _SERVICE.methods_by_name.get(name)
        if method is None or method.server_streaming:
            return None
        message = method.input_type.name
        request_class: Any = getattr(provider_pb2, message, None) or getattr(plugin_pb2, message, empty_pb2.Empty)
        return grpc.unary_unary_rpc_method_handler(
            self._own.get(name) or self._passed_on(name),
            request_deserializer=request_class.FromString,
            response_serializer=lambda answer: answer.SerializeToString(),
        )

    def _handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        request.engine_address = self._engine
        return self._ask("Handshake", request, context)

    def _configuration(self, name: str) -> Answer:
        def answer(request: Any, context: grpc.ServicerContext) -> Any:
            config.request_to_bridge(request)
            found = self._ask(name, request, context)
            config.answer_from_bridge(found)
            return found

        return answer

    def _check(self, request: Any, context: grpc.ServicerContext) -> Any:
        _refuse_unknown(request, context)
        translate.autoname(request)
        asked = type(request)()
        asked.CopyFrom(request)
        changes = translate.request_to_bridge(asked)
        unknown = self._known.unknown_of_type(names.type_of(asked.urn), asked.news)
        if unknown:
            paths = [shapes.path_from_bridge(path, changes) for path in unknown]
            return provider_pb2.CheckResponse(failures=_failures(paths))
        return self._ask("Check", request, context)

    def _invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        _refuse_unknown(request, context)
        function = request.tok
        unknown = self._known.unknown_of_function(names.THEIR_FUNCTIONS.get(function, function), request.args)
        if unknown:
            return provider_pb2.InvokeResponse(failures=_failures(unknown))
        answer = self._ask("Invoke", request, context)
        translate.hide_secrets(function, getattr(answer, "return"))
        return answer

    def _passed_on(self, name: str) -> Answer:
        return lambda request, context: self._ask(name, request, context)

    def _ask(self, name: str, request: Any, context: grpc.ServicerContext) -> Any:
        _refuse_unknown(request, context)
        urn = getattr(request, "urn", "")
        changes = translate.request_to_bridge(request)
        try:
            answer = getattr(self._stub, name)(request, metadata=_kept(context))
        except grpc.RpcError as error:
            _fail(context, error, urn, changes)
        translate.answer_from_bridge(answer, changes)
        return answer


def _refuse_unknown(request: Any, context: grpc.ServicerContext) -> None:
    missing = translate.unknown(request)
    if missing:
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            f"the stand-in for the aws plugin has no {missing}: add it to local/plugins/aws/types.py; the official"
            " plugin has all (see docs/plugins.md)",
        )


def _failures(paths: Sequence[str]) -> list[Any]:
    reason = "the Terraform provider on this machine does not know it; the official plugin may (see docs/plugins.md)"
    return [provider_pb2.CheckFailure(property=path, reason=f"'{path}': {reason}") for path in paths]


def _kept(context: grpc.ServicerContext) -> list[tuple[str, str | bytes]]:
    """What comes with a call and is not about the connection itself."""
    return [(key, value) for key, value in context.invocation_metadata() if not key.startswith(("grpc", "user-agent"))]


def _fail(context: grpc.ServicerContext, error: Any, urn: str, changes: Sequence[Change]) -> NoReturn:
    """The bridge's error in its own words, with the SDK's names where it speaks of the resource."""
    text = (error.details() or "").replace(names.their_urn(urn), urn) if urn else error.details()
    trailing = [(key, _details(value, changes) if key == _DETAILS else value) for key, value in _trailing(error)]
    context.set_trailing_metadata(tuple(trailing))
    context.abort(error.code(), text)
    raise AssertionError("abort raises")


def _trailing(error: Any) -> list[tuple[str, Any]]:
    return [(key, value) for key, value in error.trailing_metadata() or ()]


def _details(raw: bytes, changes: Sequence[Change]) -> bytes:
    """The state of a resource that is there but not as wished comes with the error."""
    status = status_pb2.Status.FromString(raw)
    for detail in status.details:
        failed = provider_pb2.ErrorResourceInitFailed()
        if detail.Is(failed.DESCRIPTOR):
            detail.Unpack(failed)
            translate.answer_from_bridge(failed, changes)
            packed = any_pb2.Any()
            packed.Pack(failed)
            detail.CopyFrom(packed)
    return status.SerializeToString()
