"""A node that runs nothing: it says of its pods what their images are called after, as a kubelet would say it.

``good`` is ready at once, ``slow`` never, ``crash`` ends with an error again and again, ``missing`` can't be pulled,
``done`` ends well.
"""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests

from tests.engine.plugins.kubernetes.control_plane import Api

NAME = "node1"
LAST_WORDS = "cannot open /etc/nothing"
"""What the containers of ``crash`` write before they end."""

_EVERY = 0.1


@contextmanager
def playing(api: Api, directory: Path) -> Iterator[None]:
    """The node, for as long as the block lasts."""
    ended = threading.Event()
    logs = _log_server(directory)
    api.post("/api/v1/nodes", {"metadata": {"name": NAME}})
    threads = [
        threading.Thread(target=logs.serve_forever, kwargs={"poll_interval": 0.05}),
        threading.Thread(target=_play, args=(api, ended)),
    ]
    api.patch(f"/api/v1/nodes/{NAME}/status", {"status": node_status(logs.server_address[1])})
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        logs.shutdown()
        for thread in threads:
            thread.join()
        logs.server_close()


class _Logs(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(f"starting\n{LAST_WORDS}\n".encode())

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _log_server(directory: Path) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Logs)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "server.pem", directory / "server.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


def node_status(port: Any) -> dict[str, Any]:
    """What a node says of itself that takes pods, and tells their logs at a port."""
    return {
        "capacity": {"cpu": "4", "memory": "8Gi", "pods": "110"},
        "allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"},
        "conditions": [{"type": "Ready", "status": "True", "reason": "Played"}],
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}, {"type": "Hostname", "address": "127.0.0.1"}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
    }


def _play(api: Api, ended: threading.Event) -> None:
    said: dict[str, str] = {}
    while not ended.wait(_EVERY):
        try:
            pods = api.get(f"/api/v1/pods?fieldSelector=spec.nodeName={NAME}")["items"]
        except (requests.RequestException, AssertionError):
            continue
        for pod in pods:
            _tend(api, pod, said)


def _tend(api: Api, pod: dict[str, Any], said: dict[str, str]) -> None:
    metadata = pod["metadata"]
    path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
    try:
        if metadata.get("deletionTimestamp"):
            api.delete(path)
        elif said.get(metadata["uid"]) != (image := pod["spec"]["containers"][0]["image"].split(":")[0]):
            api.patch(f"{path}/status", {"status": _pod_status(pod, image)})
            said[metadata["uid"]] = image
    except (requests.RequestException, AssertionError):  # it changed meanwhile: once more
        return


def _pod_status(pod: dict[str, Any], image: str) -> dict[str, Any]:
    ready = "True" if image == "good" else "False"
    conditions = [{"type": kind, "status": "True"} for kind in ("PodScheduled", "Initialized")]
    conditions += [{"type": kind, "status": ready} for kind in ("ContainersReady", "Ready")]
    container = pod["spec"]["containers"][0]["name"]
    ended = {"exitCode": 1, "reason": "Error"}
    states: dict[str, dict[str, Any]] = {
        "crash": {
            "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s restarting failed container"}},
            "lastState": {"terminated": ended},
        },
        "missing": {"state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}}},
        "done": {"state": {"terminated": {"exitCode": 0, "reason": "Completed"}}},
    }
    entry = {"name": container, "ready": ready == "True", "restartCount": 0, "image": image, "imageID": ""}
    return {
        "phase": "Succeeded" if image == "done" else "Running",
        "podIP": "10.0.0.1",
        "podIPs": [{"ip": "10.0.0.1"}],
        "conditions": conditions,
        "containerStatuses": [{**entry, **states.get(image, {"state": {"running": {}}})}],
    }
