"""What the bridge says to the engine: passed on under the SDK's types."""

from concurrent import futures
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from local.plugins.aws import names

_CHATTER = ("Found v5 provider", "TF resource ", "TF data source ")
"""What the bridge says of itself and of all that it was not asked for, at every start."""


class Engine(engine_pb2_grpc.EngineServicer):
    """Stands between the bridge and the engine. Requests and answers are the protocol's messages."""

    def __init__(self, address: str | None) -> None:
        """``address`` is the engine's; without one, what is said is dropped."""
        self._stub: Any = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address)) if address else None

    def Log(self, request: Any, context: grpc.ServicerContext) -> Any:
        if self._stub is None or request.message.removeprefix("INFO ").startswith(_CHATTER):
            return empty_pb2.Empty()
        request.message = (
            request.message.replace(request.urn, names.our_urn(request.urn)) if request.urn else request.message
        )
        request.urn = names.our_urn(request.urn)
        return self._stub.Log(request)

    def GetRootResource(self, request: Any, context: grpc.ServicerContext) -> Any:
        return engine_pb2.GetRootResourceResponse()


def serve(address: str | None) -> tuple[grpc.Server, str]:
    """Serve on a free loopback port; returns the server, to be kept, and its address."""
    server = grpc.server(futures.ThreadPoolExecutor(4))
    engine_pb2_grpc.add_EngineServicer_to_server(Engine(address), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, f"127.0.0.1:{port}"
