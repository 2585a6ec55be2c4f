"""The bridge as a child process, with the Terraform provider that it starts: neither ever outlives this process."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from local.toolchain.aws import Parts

OPTIONS = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))

# Reads until this process is gone, however it went, then ends the bridge's process group: the bridge alone would notice
# minutes later, and the Terraform provider never. What they leave is in a directory of their own. It is nobody's child,
# for whoever ends this process with all its children must not end it, too.
_WATCH = """
exec 3<&0
(while read -r _; do :; done; kill -s KILL -- "-$0"; rm -rf -- "$1") <&3 3<&- &
"""


class Bridge:
    """A running bridge that has been told which Terraform provider to serve."""

    def __init__(self, parts: Parts, engine: str, include: Sequence[str]) -> None:
        """Start it. ``engine`` is the address it logs to, ``include`` what it is to have, by Terraform's names."""
        directory = tempfile.mkdtemp(prefix="foxden-aws-")
        self._child = subprocess.Popen(
            [str(parts.bridge), engine],
            env={**os.environ, "TMPDIR": directory},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        threading.Thread(target=self._pass_errors_on, daemon=True).start()
        self._watch = subprocess.Popen(
            ["/bin/sh", "-c", _WATCH, str(self._child.pid), directory],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._watch.wait()
        assert self._child.stdout is not None
        port = self._child.stdout.readline().decode().strip()
        if not port.isdigit():
            self.end()
            raise OSError(f"{parts.bridge} did not start")
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=OPTIONS)
        self.stub: Any = provider_pb2_grpc.ResourceProviderStub(self._channel)
        arguments = [str(parts.provider), "--include", ",".join(include)]
        self.stub.Parameterize(
            provider_pb2.ParameterizeRequest(
                args=provider_pb2.ParameterizeRequest.ParametersArgs(args=arguments),
            )
        )

    def when_ended(self, ended: Callable[[], None]) -> None:
        """Call ``ended`` in a thread when the bridge is gone."""

        def wait() -> None:
            self._child.wait()
            ended()

        threading.Thread(target=wait, daemon=True).start()

    def _pass_errors_on(self) -> None:
        """What it says before a crash. Not by an inherited pipe: the engine waits until all who have it are gone."""
        assert self._child.stderr is not None
        for line in self._child.stderr:
            sys.stderr.buffer.write(line)
            sys.stderr.flush()

    def end(self) -> None:
        """End it and the Terraform provider at once."""
        assert self._watch.stdin is not None
        self._watch.stdin.close()
        self._child.wait()
