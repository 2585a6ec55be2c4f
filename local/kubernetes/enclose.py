"""``python -m local.kubernetes.enclose``: runs the cluster in namespaces of its own, and stands at their door.

Processes, mounts and the network of the cluster end with this process: nothing has to be cleaned up, and whatever else
of that kind is on the machine (Docker, another cluster, firewall rules) is never touched.
"""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator

from local.kubernetes.forward import Way, enter_network, listen, serve
from local.kubernetes.places import API_PORT, INGRESS_PORT, NODE_ADDRESS, door_file
from local.kubernetes.plan import Plan, load_plan
from local.toolchain.layout import write_atomically

ENTERED = "entered"
GO = "go"
_LOOK_AGAIN = 0.5
_DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")


def main() -> int:
    """Until the cluster ends, or this process is ended."""
    plan = load_plan()
    if plan is None:
        return 1
    listening = listen(ways(plan))
    cluster = subprocess.Popen(inside(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if cluster.stdin is None or cluster.stdout is None or cluster.stdout.readline().strip() != ENTERED:
        return 1
    write_atomically(door_file(), json.dumps({"pid": cluster.pid}))
    with _way_out(cluster.pid):
        enter_network(cluster.pid)
        cluster.stdin.write(GO + "\n")
        cluster.stdin.close()
        asyncio.run(_until_it_ends(cluster, listening))
    return cluster.wait()


def ways(plan: Plan) -> list[Way]:
    """What is reached from outside."""
    inner = {"ingress": INGRESS_PORT, "kubernetes api": API_PORT}
    return [Way(port, NODE_ADDRESS, inner[what]) for what, port in plan.ports.items()]


def inside() -> list[str]:
    """The command that makes the namespaces. All in them is ended when it is, and it when this process is."""
    return [
        *_DIES_WITH_US,
        *("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "--mount-proc"),
        *(sys.executable, "-m", "local.kubernetes.inside"),
    ]


@contextlib.contextmanager
def _way_out(pid: int) -> Iterator[None]:
    """While the cluster runs, its network leads out into the world, if the machine has a program for that."""
    program = shutil.which("slirp4netns")
    if program is None:
        yield
        return
    ready, told = os.pipe()
    command = [*_DIES_WITH_US, program, "--configure", "--mtu=65520", f"--ready-fd={told}", str(pid), "tap0"]
    process = subprocess.Popen(command, pass_fds=[told], stdin=subprocess.DEVNULL)
    os.close(told)
    os.read(ready, 1)  # or nothing, when it ends
    os.close(ready)
    try:
        yield
    finally:
        process.kill()
        process.wait()


async def _until_it_ends(cluster: "subprocess.Popen[str]", listening: list[tuple[socket.socket, Way]]) -> None:
    passing = asyncio.create_task(serve(listening))
    while cluster.poll() is None and not passing.done():
        await asyncio.sleep(_LOOK_AGAIN)
    cluster.kill()


if __name__ == "__main__":
    sys.exit(main())
