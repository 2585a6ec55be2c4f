"""An environment's stack in a state of its own, thrown away afterwards: the real program, on the simulated AWS."""

import copy
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.commands.pulumi_events import Narrator
from local.commands.pulumi_process import Told, started
from local.errors import LocalError
from local.paths import REPO
from local.shell import environment
from local.simulate.cloud import ACCOUNT, Cloud, without_aws
from local.stackfiles import stack_file, without_salt

_WITHIN = 1800.0
_STATE_OF_ITS_OWN = ("PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN")

CHOICES = {"foxden:layers": "cluster", "foxden:protect": "false", "foxden:account": ACCOUNT}
"""What is other than in the environment's file: no services, for moto runs no machines; all may be taken away again."""


@dataclass(frozen=True)
class Resource:
    """A resource in the stack's state."""

    type: str
    """The last of its types, such as ``aws:ec2/vpc:Vpc``."""
    name: str
    id: str
    outputs: Mapping[str, Any]


class Stack:
    """Pulumi's command line on one throw-away stack."""

    def __init__(
        self,
        name: str,
        cloud: Cloud,
        region: str,
        work: Path,
        report: Callable[[str], None],
        choices: Mapping[str, str] = CHOICES,
        also: Mapping[str, str] | None = None,
    ) -> None:
        """``choices`` are other than in the environment's file; ``also`` is further ENV of the programs."""
        self._name = name
        self._root = REPO
        self._file = work / stack_file(name).name
        self._chosen = choices
        self._work = work
        self._report = report
        self._environ = {
            **{key: value for key, value in without_aws(environment()).items() if key not in _STATE_OF_ITS_OWN},
            **cloud.environment(region),
            "PULUMI_BACKEND_URL": f"file://{work / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": secrets.token_urlsafe(24),
            "PULUMI_DEBUG_COMMANDS": "true",  # for --event-log
            **(also or {}),
        }
        self.log = work / "pulumi.log"
        """What Pulumi printed last."""

    def of(self, checkout: Path, choices: Mapping[str, str]) -> "Stack":
        """The same stack by the program and the file of another checkout, with its own library.

        Raises LocalError where that one has no such environment.
        """
        source = checkout / self._file.name
        if not source.exists():
            raise LocalError(f"there was no {source.name} yet")
        other = copy.copy(self)
        other._root, other._chosen = checkout, choices
        other._file = self._work / "other" / source.name
        other._file.parent.mkdir(exist_ok=True)
        salt = [line for line in self._file.read_bytes().splitlines() if line.startswith(b"encryptionsalt:")]
        other._file.write_bytes(b"\n".join([without_salt(source.read_bytes()).rstrip(), *salt, b""]))
        path = os.pathsep.join([str(checkout / "components"), str(checkout)])
        other._environ = {**self._environ, "PYTHONPATH": path}
        return other

    def up(self) -> float:
        """Bring it up; the seconds that took."""
        return self._engine("up", "--skip-preview", "--yes")

    def preview(self) -> list[str]:
        """What a preview would change, a line for each resource."""
        return [_shown(step) for step in self.steps() if step["op"] != "same"]

    def steps(self) -> list[dict[str, Any]]:
        """What a preview would do, as the engine says it."""
        output = self._output("preview", "--json", "--show-sames", *self._choices(), *self._where())
        steps: list[dict[str, Any]] = json.loads(output).get("steps", [])
        return steps

    def destroy(self) -> float:
        """Take all of it away; the seconds that took."""
        return self._engine("destroy", "--skip-preview", "--yes")

    def resources(self) -> list[Resource]:
        """What it has made, as its state says."""
        exported = json.loads(self._output("stack", "export", "--stack", self._name))
        return [
            Resource(entry["type"], entry["urn"].rpartition("::")[2], entry.get("id", ""), entry.get("outputs", {}))
            for entry in exported["deployment"].get("resources", [])
            if entry["type"].startswith("aws:") and not entry.get("external")
        ]

    def exported(self) -> str:
        """Its state, with what is secret in it in plain text."""
        return self._output("stack", "export", "--show-secrets", "--stack", self._name)

    def adopt(self, exported: Callable[[Path], str]) -> None:
        """Take a state for its own: ``exported`` is told the stack's file, which says how its secrets are locked."""
        file = self._work / "exported.json"
        file.write_text(exported(self._work / stack_file(self._name).name))
        self._output("stack", "import", "--file", str(file), "--stack", self._name, "--cwd", str(self._work))

    def create(self) -> None:
        """Make the empty stack."""
        (self._work / "state").mkdir(mode=0o700)
        self._output("stack", "init", self._name, "--cwd", str(self._work))

    def _choices(self) -> list[str]:
        return [word for key, value in self._chosen.items() for word in ("--config", f"{key}={value}")]

    def _where(self) -> list[str]:
        return ["--stack", self._name, "--config-file", str(self._file), "--cwd", str(self._root)]

    def follow(self, narrator: Narrator, command: str, *options: str) -> int:
        """Run an operation of the engine, and let a narrator hear of it; how it ended."""
        begun, events = time.monotonic(), self._work / "events"
        choices = self._choices() if command != "destroy" else []
        how = ["--non-interactive", "--color", "never", "--event-log", str(events)]
        with (
            self.log.open("w") as log,
            started([command, *options, *choices, *self._where(), *how], self._environ, log) as process,
        ):
            told = Told(events, narrator, self._report, tuple)
            while process.poll() is None:
                if time.monotonic() - begun > _WITHIN:
                    raise LocalError(f"pulumi {command} was not through within {_WITHIN:.0f} s")
                told.catch_up()
                time.sleep(0.1)
            told.catch_up()
        events.unlink(missing_ok=True)
        return int(process.returncode)

    def said(self) -> str:
        """The end of what Pulumi printed last."""
        return self.log.read_text(errors="replace")[-3000:]

    def _engine(self, command: str, *options: str) -> float:
        begun, narrator = time.monotonic(), Narrator()
        if self.follow(narrator, command, *options):
            reason = "\n".join(narrator.errors) or self.said()
            raise LocalError(f"pulumi {command} failed:\n{reason}")
        return time.monotonic() - begun

    def _output(self, *arguments: str) -> str:
        output = self._work / "output"
        with output.open("w") as file, started([*arguments, "--non-interactive"], self._environ, file) as process:
            process.wait(_WITHIN)
        said = output.read_text(errors="replace")
        if process.returncode:
            raise LocalError(f"pulumi {' '.join(arguments[:2])} failed:\n{said[-3000:]}")
        return said


def _shown(step: Mapping[str, Any]) -> str:
    """What would be done to a resource, and which of its properties differ."""
    differing = ", ".join(step.get("diffReasons") or ())
    return f"{step['op']} {step['urn'].rpartition('::')[2]} ({_type(step['urn'])}{': ' * bool(differing)}{differing})"


def _type(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


@contextmanager
def throw_away(
    name: str,
    cloud: Cloud,
    region: str,
    report: Callable[[str], None],
    choices: Mapping[str, str] = CHOICES,
    also: Mapping[str, str] | None = None,
) -> Iterator[Stack]:
    """The environment's stack, empty, with its state in a directory that is gone afterwards; see :class:`Stack`."""
    with tempfile.TemporaryDirectory(prefix="foxden-simulate-", ignore_cleanup_errors=True) as directory:
        work = Path(directory)
        source = stack_file(name)
        if not source.exists():
            raise LocalError(f"there is no {source.name}")
        shutil.copyfile(REPO / "Pulumi.yaml", work / "Pulumi.yaml")
        (work / source.name).write_bytes(without_salt(source.read_bytes()))
        stack = Stack(name, cloud, region, work, report, choices, also)
        stack.create()
        yield stack
