"""``python -m tests.engine.kubernetes.supplies``, in a clone: gives its cluster the images of cluster services.

They are made of programs that were built, for no registry is reached. Those that ask Amazon are only made if there is
one: its ENV as JSON is the argument, and is in their images.
"""

import json
import sys
from dataclasses import replace

from local.artifacts.containers import python_layer
from local.kubernetes.containers import Containers
from local.kubernetes.images import Image, Layer, of_program
from local.kubernetes.plan import load_plan
from local.toolchain.addons import ADDONS, AT_AMAZON
from local.toolchain.layout import located, read_record

STAND_IN = "docker.io/foxden/kube-state-metrics:stand-in"
"""What takes the place of kube-state-metrics, whose source the module proxies do not give out."""

_STAND_IN = """
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

ports = [int(word.partition("=")[2]) for word in sys.argv[1:] if "port=" in word]

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"kube_stand_in 1\\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

signal.signal(signal.SIGTERM, lambda *_: sys.exit())
servers = [ThreadingHTTPServer(("", port), Handler) for port in ports]
for server in servers[1:]:
    Thread(target=server.serve_forever, daemon=True).start()
servers[0].serve_forever()
"""


def image_of(name: str) -> str:
    """The image of one of the programs that are built."""
    return f"docker.io/foxden/{name}:{next(tool.version for tool in ADDONS if tool.name == name)}"


def main() -> None:
    """Make and take in all that are not there."""
    plan, record = load_plan(), read_record()
    assert plan, "there is no cluster"
    images = [
        Image(STAND_IN, [python_layer(), Layer({"/stand-in.py": _STAND_IN.encode()})], ["python3", "/stand-in.py"])
    ]
    amazon: dict[str, str] = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    for tool in ADDONS if amazon else [tool for tool in ADDONS if tool not in AT_AMAZON]:
        program = located(tool, record)
        assert program, f"there is no {tool.name} {tool.version}: run 'python -m tests.tools'"
        image = of_program(image_of(tool.name), program)
        images.append(replace(image, environment=amazon) if tool in AT_AMAZON else image)
    Containers(plan).take_in(images)


if __name__ == "__main__":
    main()
