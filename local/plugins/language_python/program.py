"""Run one Pulumi program: started by the language host, with the Python that has the program's packages.

Reads a serialized RunRequest from stdin, so that configuration (it may hold secrets) is on no command line and in no
environment. Imports nothing but the SDK and the standard library: the host's own package may be out of reach here.
"""

import asyncio
import logging
import os
import runpy
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

import grpc
import pulumi
import pulumi.runtime
from pulumi.runtime.proto import language_pb2

SHOWN = 32
"""Exit code of a program whose error the engine was told already; any other but 0 is a crash."""

_PARENT_POLL_SECONDS = 0.5
_THREADS = 256


def main() -> int:
    """Run the program of the request on stdin; returns the exit code."""
    _end_with_parent()
    request = language_pb2.RunRequest.FromString(sys.stdin.buffer.read())
    # A program that asks for input gets none, as with the official host.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    info = request.info
    program = Path(info.program_directory, info.entry_point or ".").resolve()
    _configure(request, sys.argv[1])
    sys.argv = [str(program), *request.args]
    sys.path[0] = info.program_directory  # instead of where this file lies
    os.chdir(request.pwd or info.program_directory)
    return _run(program, request.parallel)


def _configure(request: language_pb2.RunRequest, engine_address: str) -> None:
    pulumi.runtime.set_all_config(dict(request.config), list(request.configSecretKeys))
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            project=request.project,
            stack=request.stack,
            parallel=request.parallel,
            dry_run=request.dryRun,
            monitor=request.monitor_address,
            engine=engine_address,
            organization=request.organization or "organization",
            root_directory=request.info.root_directory,
        )
    )


def _run(program: Path, parallel: int) -> int:
    # asyncio complains about every future that a failed program left unobserved, which helps nobody.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.set_default_executor(ThreadPoolExecutor(max_workers=min(max(parallel, 1) * 4, _THREADS)))
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: _execute(program)))
        return 0
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
    except grpc.RpcError as error:
        if error.code() != grpc.StatusCode.UNAVAILABLE:  # then the engine is going down, and it knows why
            pulumi.log.error(f"RPC error: {error.details()}")
    except Exception as error:
        trace = _from_program(error.__traceback__, program)
        shown = "".join(traceback.format_exception(type(error), error, trace))
        pulumi.log.error(f"Program failed with an unhandled exception:\n{shown}")
    return SHOWN


def _execute(program: Path) -> None:
    if program.is_dir() and not (program / "__main__.py").exists():
        raise pulumi.RunError(f"unable to find main python program `__main__.py` in `{program}`")
    runpy.run_path(str(program), run_name="__main__")


def _from_program(trace: TracebackType | None, program: Path) -> TracebackType | None:
    """The traceback from the program's first frame on; all of it when the program is not in it."""
    found = trace
    while found is not None:
        if Path(found.tb_frame.f_code.co_filename).resolve() in (program, program / "__main__.py"):
            return found
        found = found.tb_next
    return trace


def _end_with_parent() -> None:
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_POLL_SECONDS)
        os._exit(SHOWN)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    exit_code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_code)  # threads that a failed program left waiting must not hold the engine up
