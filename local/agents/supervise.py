"""The supervisor of the agents: supervisord, detached from the terminal, controlled through a unix socket."""

import http.client
import shlex
import socket
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.agents.plan import agents_dir, logs_dir
from local.errors import LocalError

_CALL_TIMEOUT = 30.0
_START_TIMEOUT = 15.0
_LOG_BYTES = "10MB"
_LOGS_KEPT = 3


@dataclass(frozen=True)
class Program:
    """One supervised agent."""

    name: str
    command: Sequence[str]


def supervisor_config(programs: Sequence[Program], socket_path: str, directory: Path) -> str:
    """The configuration of supervisord. The agents are started one by one, through :class:`Supervisor`.

    ``directory``: the working directory of all programs.
    """
    parts = [
        _section(
            "supervisord",
            logfile=logs_dir() / "supervisord.log",
            logfile_maxbytes=_LOG_BYTES,
            logfile_backups=_LOGS_KEPT,
            pidfile=agents_dir() / "supervisord.pid",
            childlogdir=logs_dir(),
            umask="022",
        ),
        _section("unix_http_server", file=socket_path, chmod="0700"),
        "[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n",
    ]
    for program in programs:
        section = _section(
            f"program:{program.name}",
            command=shlex.join(program.command),
            directory=directory,
            autostart="false",
            autorestart="true",
            # A crash later than this is answered at once, an earlier one after 1, 2, 3... seconds.
            startsecs=1,
            startretries=20,
            stopwaitsecs=10,
            redirect_stderr="true",
            stdout_logfile=log_file(program.name),
            stdout_logfile_maxbytes=_LOG_BYTES,
            stdout_logfile_backups=_LOGS_KEPT,
        )
        parts.append(section)
    return "\n".join(parts)


def _section(title: str, **options: object) -> str:
    # A percent sign would begin a substitution.
    lines = [f"{name} = {str(value).replace('%', '%%')}" for name, value in options.items()]
    return "\n".join([f"[{title}]", *lines, ""])


def log_file(program: str) -> Path:
    """The log of a supervised program."""
    return logs_dir() / f"{program}.log"


def last_lines(program: str, count: int = 15) -> str:
    """The end of a program's log, indented; empty when there is none."""
    try:
        lines = log_file(program).read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(f"    {line}" for line in lines[-count:])


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_CALL_TIMEOUT)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class _Transport(xmlrpc.client.Transport):
    """XML-RPC over a unix socket, with a timeout (supervisor's own transport has none)."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        return _Connection(self._path)


class Supervisor:
    """The running supervisord behind a control socket."""

    def __init__(self, socket_path: str) -> None:
        self._path = socket_path
        server = xmlrpc.client.ServerProxy("http://localhost/RPC2", transport=_Transport(socket_path))
        self._api: Any = server.supervisor

    def pid(self) -> int | None:
        """supervisord's process id; None when it does not answer."""
        try:
            return int(self._api.getPID())
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return None

    def launch(self, config: Path, env: Mapping[str, str]) -> None:
        """Start supervisord in a session of its own, so that no Ctrl-C reaches it; its programs get ``env`` only."""
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(config)]
        done = subprocess.run(
            command,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_START_TIMEOUT,
            start_new_session=True,
            check=False,
        )
        deadline = time.monotonic() + _START_TIMEOUT
        while self.pid() is None:
            if done.returncode != 0 or time.monotonic() > deadline:
                said = (done.stderr or done.stdout).strip() or last_lines("supervisord")
                raise LocalError(f"the agents' supervisor did not start:\n{said}")
            time.sleep(0.05)

    def states(self) -> dict[str, str]:
        """Program -> RUNNING, STARTING, BACKOFF, FATAL, STOPPED...; empty when supervisord does not answer."""
        try:
            return {facts["name"]: facts["statename"] for facts in self._api.getAllProcessInfo()}
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return {}

    def start(self, programs: Sequence[str]) -> None:
        """Start those of the programs that are not up."""
        states = self.states()
        for name in programs:
            if states.get(name) not in ("RUNNING", "STARTING", "BACKOFF"):
                self._call("startProcess", name, False)

    def shut_down(self) -> None:
        """Stop all programs, then supervisord; it goes on after this returns."""
        self._call("shutdown")

    def _call(self, method: str, *arguments: object) -> None:
        try:
            getattr(self._api, method)(*arguments)
        except (OSError, http.client.HTTPException, xmlrpc.client.Error) as error:
            said = last_lines("supervisord")
            raise LocalError(f"the agents' supervisor said no to {method}: {error}\n{said}") from None
