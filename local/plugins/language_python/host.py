"""Pulumi's language protocol: every program, component provider and policy pack runs in a process of its own."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import json_format
from pulumi.runtime.proto import language_pb2

from local.plugins.language_host import LanguageHost

_PROGRAM = Path(__file__).with_name("program.py")
_NO_CODE = "The stand-in Python host writes no code. This is what was imported, in Pulumi's own notation:"


class Host(LanguageHost):
    """Serves one engine."""

    def __init__(self, engine_address: str) -> None:
        super().__init__(engine_address, metadata.version("pulumi"))

    def About(self, request: Any, context: grpc.ServicerContext) -> Any:
        return language_pb2.AboutResponse(executable=sys.executable, version=sys.version.split()[0])

    def InstallDependencies(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        message = "nothing to install: the stand-in Python host uses the packages that are there\n"
        yield language_pb2.InstallDependenciesResponse(stdout=message.encode())

    def GetProgramDependencies(self, request: Any, context: grpc.ServicerContext) -> Any:
        found = sorted((dist.metadata["Name"], dist.version) for dist in metadata.distributions())
        wanted = found if request.transitiveDependencies else [pair for pair in found if pair[0].startswith("pulumi")]
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[language_pb2.DependencyInfo(name=name, version=version) for name, version in wanted]
        )

    def Run(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Run the program. Its stdout and stderr are ours, which the engine shows line by line."""
        child = self._start(
            [_python(request.info), "-u", str(_PROGRAM), self._engine], cwd=request.info.program_directory
        )
        assert child.stdin is not None
        try:
            child.stdin.write(request.SerializeToString())
            child.stdin.close()
        except BrokenPipeError:
            pass  # it died at once; its exit code says so
        return self._ran(child)

    def RunPlugin(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        """Run a policy pack or a component provider; what it prints goes back to the engine, the port first."""
        directory = request.info.program_directory
        command = [_python(request.info), "-u", *_plugin_arguments(request.kind, Path(directory), list(request.args))]
        environment = dict(os.environ) | dict(entry.split("=", 1) for entry in request.env)
        child = self._start(command, cwd=request.pwd or directory, env=environment, stdout=subprocess.PIPE)
        context.add_callback(child.terminate)
        assert child.stdout is not None and child.stdin is not None
        for line in child.stdout:
            yield language_pb2.RunPluginResponse(stdout=line)
        yield language_pb2.RunPluginResponse(exitcode=self._wait(child))

    def GenerateProgram(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Answer `pulumi import`, which wants code for what it has imported."""
        lines = [line for source in request.source.values() for line in source.splitlines()]
        commented = "".join(f"# {line}".rstrip() + "\n" for line in [_NO_CODE, "", *lines])
        return language_pb2.GenerateProgramResponse(source={"__main__.py": commented.encode()})


def _plugin_arguments(kind: str, directory: Path, arguments: list[str]) -> list[str]:
    """How a plugin written in Python is run: a policy pack, a package that exports components, or a program."""
    if kind == "analyzer":
        return ["-m", "pulumi.policy", *arguments, str(directory)]
    project = directory / "pyproject.toml"
    described = tomllib.loads(project.read_text()) if project.exists() else {}
    if (directory / "__main__.py").exists():
        return [str(directory), *arguments]
    if "build-system" in described and "project" in described:
        return ["-m", "pulumi.run.plugin", described["project"]["name"], *arguments]
    return [str(directory), *arguments]


def _python(info: Any) -> str:
    """The interpreter of the project's ``virtualenv`` runtime option, else our own."""
    options = json_format.MessageToDict(info.options)
    chosen = options.get("virtualenv")
    if not chosen:
        return sys.executable
    python = Path(info.root_directory, chosen, "bin", "python")
    return str(python) if python.exists() else sys.executable
