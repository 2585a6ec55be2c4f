"""A program for services that are still bound to Consul: what it does there is a part of every answer.

Copied over a service's ``app.py`` in a clone, beside ``webapp.py``; standard library only.
"""

import json
import os
import socket
import sys
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

NEEDS = {"pods": (), "meeting-router": ("pods",), "ionic-apps": ("meeting-router",)}
PATHS = {"meeting-router": ("/", "/meetings")}
PATIENCE = {"meeting-router": 6.0, "ionic-apps": 10.0}
"""Seconds that a need may take: it asks Consul, too."""
OWN, SHARED, OTHERS = "foxden/pods/seen", "shared/motto", "others/secret"
ANNOUNCED = "pods"
"""The name in Consul that the pods had before there was a scheduler."""
TOKEN = "consul:index/aclToken:AclToken"
"""The type of the resource that is a service's token."""
ITSELF = "itself"
"""For ENV ``ANNOUNCED_AS``: under its own address; else the URL is said by which others reach it."""


def written_for(service: str) -> str:
    """The text of this module, as a service's program."""
    return Path(__file__).read_text() + f'\n\nif __name__ == "__main__":\n    sys.exit(main("{service}"))\n'


def main(service: str) -> int:
    """Serve; whoever has a token asks Consul for every answer, and takes back at the end what it registered."""
    import webapp  # type: ignore[import-not-found]  # beside it in the clone

    _know_names()
    plain = webapp.answer

    def answer(app: Any, facts: Any) -> tuple[HTTPStatus, dict[str, Any]]:
        status, body = plain(app, facts)
        return status, {**body, "consul": seen(facts) if "CONSUL_HTTP_TOKEN" in os.environ else None}

    webapp.answer = answer
    code: int = webapp.serve(
        webapp.App(service, PATHS.get(service, ("/",)), NEEDS[service], PATIENCE.get(service, 3.0))
    )
    if "ANNOUNCED_AS" in os.environ:
        ask("PUT", f"/v1/agent/service/deregister/{_own_id()}")
    return code


def seen(facts: Any) -> dict[str, Any]:
    """What Consul says to this instance: statuses of what it does with keys, and who is in the catalog."""
    before = ask("GET", f"/v1/kv/{OWN}?raw")[1]
    if "ANNOUNCED_AS" in os.environ:
        ask("PUT", "/v1/agent/service/register", announcement())
    found = ask("GET", f"/v1/health/service/{ANNOUNCED}?passing")[1]
    instances = json.loads(found) if found.startswith("[") else []
    return {
        "before": before,
        "own": ask("PUT", f"/v1/kv/{OWN}", facts.instance)[0],
        "shared": [ask("GET", f"/v1/kv/{SHARED}?raw")[0], ask("PUT", f"/v1/kv/{SHARED}", "mine")[0]],
        "others": [ask("GET", f"/v1/kv/{OTHERS}?raw")[0], ask("PUT", f"/v1/kv/{OTHERS}", "mine")[0]],
        "tokens": ask("GET", "/v1/acl/tokens")[0],
        # Behind an ingress all instances have one address.
        "catalog": sorted({f"{one['Service']['Address']}:{one['Service']['Port']}" for one in instances}),
    }


def announcement() -> dict[str, Any]:
    """This instance as Consul is to know it."""
    parts = urlsplit(
        f"http://{os.environ['HOST']}:{os.environ['PORT']}" if _by_itself() else os.environ["ANNOUNCED_AS"]
    )
    check = {
        "HTTP": f"http://127.0.0.1:{parts.port}/health",
        "Header": {"Host": [parts.netloc]},
        "Interval": "1s",
        "Status": "passing",
    }
    return {"ID": _own_id(), "Name": ANNOUNCED, "Address": parts.hostname, "Port": parts.port, "Check": check}


def _own_id() -> str:
    return f"{ANNOUNCED}-{os.environ['INSTANCE_ID']}"


def _by_itself() -> bool:
    return os.environ["ANNOUNCED_AS"] == ITSELF


def ask(method: str, path: str, body: Any = None) -> tuple[int, str]:
    """Status and text of Consul's answer; 0 when there is none."""
    data = None if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
    headers = {"X-Consul-Token": os.environ["CONSUL_HTTP_TOKEN"]}
    request = urllib.request.Request(os.environ["CONSUL_URL"] + path, data, headers, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=3) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""
    except OSError as error:
        return 0, str(error)


def _know_names() -> None:
    """Have names below ``localhost`` lead to where this machine is seen from here, as a browser's do."""
    known = socket.getaddrinfo
    machine = os.environ.get("THIS_MACHINE", "127.0.0.1")

    def looked_up(host: Any, *rest: Any, **more: Any) -> Any:
        return known(machine if str(host).endswith(".localhost") else host, *rest, **more)

    socket.getaddrinfo = looked_up


__all__ = ["ANNOUNCED", "ITSELF", "OTHERS", "OWN", "SHARED", "sys", "written_for"]
