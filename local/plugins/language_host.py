"""What hosts of all languages have in common: every program runs in a process of its own, and ends with the engine."""

import subprocess
import threading
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

_SHOWN = 32
"""Exit code of a program whose error was shown already: that of Pulumi's own launchers, too."""


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Serves one engine."""

    def __init__(self, engine_address: str, version: str) -> None:
        self._engine = engine_address
        self._version = version
        self._children: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._engine = request.engine_address or self._engine
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        return plugin_pb2.PluginInfo(version=self._version)

    def GetRequiredPlugins(self, request: Any, context: grpc.ServicerContext) -> Any:
        return language_pb2.GetRequiredPluginsResponse()

    def GetRequiredPackages(self, request: Any, context: grpc.ServicerContext) -> Any:
        # None, so that the engine does not try to download what is already in its plugins directory.
        return language_pb2.GetRequiredPackagesResponse()

    def RuntimeOptionsPrompts(self, request: Any, context: grpc.ServicerContext) -> Any:
        return language_pb2.RuntimeOptionsResponse()

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        with self._lock:
            for child in self._children:
                child.terminate()
        return empty_pb2.Empty()

    def _start(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, **options)
        with self._lock:
            self._children.add(child)
        return child

    def _wait(self, child: subprocess.Popen[bytes]) -> int:
        code = child.wait()
        with self._lock:
            self._children.discard(child)
        return code

    def _ran(self, child: subprocess.Popen[bytes]) -> Any:
        """What the engine is told of a program, once it has ended."""
        code = self._wait(child)
        if code in (0, _SHOWN):
            return language_pb2.RunResponse(bail=code == _SHOWN)
        return language_pb2.RunResponse(error=f"Program exited with non-zero exit code: {code}")
