"""Pulumi's language protocol for JavaScript and TypeScript: programs are run by the launcher of Pulumi's own SDK."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import json_format
from pulumi.runtime.proto import language_pb2

from local.plugins.language_host import LanguageHost
from local.plugins.language_nodejs.sdk import written

_LAUNCHER = Path("node_modules", "@pulumi", "pulumi", "cmd", "run", "index.js")
_NOT_INSTALLED = "there is no {launcher}: run 'npm install' in {directory}"


class Host(LanguageHost):
    """Serves one engine."""

    def __init__(self, engine_address: str) -> None:
        super().__init__(engine_address, metadata.version("pulumi"))

    def About(self, request: Any, context: grpc.ServicerContext) -> Any:
        node = program("node")
        return language_pb2.AboutResponse(executable=node, version=_said(node, "--version"))

    def InstallDependencies(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        """What the project's package.json asks for, by npm."""
        directory = Path(request.directory or request.info.program_directory)
        command = [program("npm"), "install", "--no-audit", "--no-fund", "--loglevel=error"]
        child = self._start(command, cwd=directory, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert child.stdout is not None
        for line in child.stdout:
            yield language_pb2.InstallDependenciesResponse(stdout=line)
        if self._wait(child):
            context.abort(grpc.StatusCode.UNKNOWN, "npm failed; what it said is above")

    def GetProgramDependencies(self, request: Any, context: grpc.ServicerContext) -> Any:
        package = json.loads(Path(request.info.program_directory, "package.json").read_text())
        found = sorted(package.get("dependencies", {}).items())
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[language_pb2.DependencyInfo(name=name, version=version) for name, version in found]
        )

    def GeneratePackage(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Write the SDK of a package of components, for TypeScript and JavaScript."""
        directory = Path(request.directory)
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in written(json.loads(request.schema)).items():
            (directory / name).write_text(text)
        return language_pb2.GeneratePackageResponse()

    def Link(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Make SDKs that lie in the project dependencies of it."""
        file = Path(request.info.program_directory, "package.json")
        package = json.loads(file.read_text())
        for one in request.packages:
            path = os.path.relpath(Path(request.info.root_directory, one.path), file.parent)
            package.setdefault("dependencies", {})[f"@pulumi/{one.package.name}"] = f"file:{path}"
        file.write_text(json.dumps(package, indent=2) + "\n")
        names = [one.package.name for one in request.packages]
        lines = [f'  import * as {name} from "@pulumi/{name}";\n' for name in names]
        return language_pb2.LinkResponse(import_instructions="".join(["You can import it with\n\n", *lines]))

    def Run(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Run the program. Its stdout and stderr are ours, which the engine shows line by line."""
        directory = Path(request.info.program_directory)
        launcher = directory / _LAUNCHER
        if not launcher.exists():
            error = _NOT_INSTALLED.format(launcher=_LAUNCHER, directory=directory)
            return language_pb2.RunResponse(error=error)
        command = [program("node"), str(launcher), *_arguments(request, self._engine)]
        return self._ran(self._start(command, cwd=directory, env=_environment(request)))


def program(name: str) -> str:
    """``node`` or ``npm``: on PATH, else beside the Python that runs this."""
    ours = Path(sys.prefix, "bin", name)
    found = shutil.which(name)
    return found or (str(ours) if ours.exists() else name)


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=20).stdout.strip()


def environment() -> dict[str, str]:
    """An environment in which npm finds node."""
    return {**os.environ, "PATH": os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.prefix, "bin"))])}


def _environment(request: Any) -> dict[str, str]:
    """The configuration goes where the SDK looks for it. It is on no command line, for it may hold secrets."""
    options = json_format.MessageToDict(request.info.options)
    return {
        **environment(),
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        "PULUMI_NODEJS_TYPESCRIPT": "false" if options.get("typescript") is False else "true",
    }


def _arguments(request: Any, engine: str) -> list[str]:
    given = {
        "monitor": request.monitor_address,
        "engine": engine,
        "organization": request.organization,
        "project": request.project,
        "stack": request.stack,
        "pwd": request.pwd or request.info.program_directory,
        "root-directory": request.info.root_directory,
        "parallel": str(request.parallel) if request.parallel else "",
    }
    words = [word for name, value in given.items() if value for word in (f"--{name}", value)]
    return [*words, *(["--dry-run"] if request.dryRun else []), request.info.entry_point or ".", *request.args]
