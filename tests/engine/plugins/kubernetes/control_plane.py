"""A real control plane on free loopback ports: etcd, API server, controllers, scheduler. Its node is played."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml

from foxden.boot.files import shipped
from foxden.boot.files.node.certificates import Pair, issue, new_authority
from local.shell import tool
from tests.engine.harness.waiting import until
from tests.engine.plugins.servers import free_ports

_TO_START = 180.0
_TO_END = 15.0
Json = Any


@dataclass(frozen=True)
class Api:
    """The API server, asked directly; with a token that may do everything."""

    address: str
    token: str
    authority: Path

    @property
    def audit_log(self) -> Path:
        """What it notes down of what it is asked, as masters built here do: a line of JSON each."""
        return self.authority.parent / "audit.log"

    def ask(self, method: str, path: str, body: Json = None, kind: str = "application/json") -> requests.Response:
        """The answer, whatever it is."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        return requests.request(
            method, self.address + path, json=body, headers=headers, verify=str(self.authority), timeout=10
        )

    def get(self, path: str) -> Json:
        """The decoded answer; None when there is no such thing."""
        return self._done("GET", path, None, "application/json")

    def post(self, path: str, body: Json) -> Json:
        """Make something."""
        return self._done("POST", path, body, "application/json")

    def patch(self, path: str, body: Json) -> Json:
        """Change something, as ``kubectl patch --type=merge`` does."""
        return self._done("PATCH", path, body, "application/merge-patch+json")

    def delete(self, path: str) -> Json:
        """Remove something at once."""
        return self._done("DELETE", path, {"gracePeriodSeconds": 0}, "application/json")

    def is_ready(self) -> bool:
        """Whether it serves."""
        try:
            return self.ask("GET", "/readyz").status_code == 200
        except requests.RequestException:
            return False

    def kubeconfig(self, token: str = "", address: str = "") -> str:
        """The text of a kubeconfig that leads here, with the authority as a file."""
        server = {"server": address or self.address, "certificate-authority": str(self.authority)}
        return yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "here",
                "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
                "clusters": [{"name": "here", "cluster": server}],
                "users": [{"name": "me", "user": {"token": token or self.token}}],
            }
        )

    def _done(self, method: str, path: str, body: Json, kind: str) -> Json:
        answer = self.ask(method, path, body, kind)
        if answer.status_code == 404:
            return None
        assert answer.status_code < 300, f"{method} {path} gave {answer.status_code}: {answer.text}"
        return answer.json()


@contextmanager
def running(directory: Path) -> Iterator[Api]:
    """A control plane for as long as the block lasts; all it writes is below ``directory``."""
    with serving(directory, tool("kube-apiserver")) as api, ExitStack() as processes:
        # A node that nobody really is says nothing of itself.
        controllers = [
            "--controllers=*,-node-lifecycle-controller",
            f"--service-account-private-key-file={directory / 'sa.key'}",
            "--kube-api-qps=200",
            "--kube-api-burst=400",
        ]
        for name, words in {"kube-controller-manager": controllers, "kube-scheduler": []}.items():
            common = [f"--kubeconfig={directory / 'kubeconfig'}", "--leader-elect=false", "--secure-port=0"]
            command = [str(tool(name)), *common, *words]
            processes.enter_context(_process(directory / f"{name}.log", command))
        accounts = "/api/v1/namespaces/default/serviceaccounts/default"
        until(lambda: api.get(accounts), "the controllers work", _TO_START)
        yield api


@contextmanager
def serving(directory: Path, program: Path) -> Iterator[Api]:
    """An API server of any version, alone with its etcd: it judges objects, and nobody makes anything of them."""
    client, peer, port = free_ports(3)
    token, authority = secrets.token_hex(16), new_authority("test")
    api = Api(f"https://127.0.0.1:{port}", token, directory / "ca.pem")
    _write_files(directory, authority, token)
    (directory / "kubeconfig").write_text(api.kubeconfig())
    etcd = [str(_etcd()), *_etcd_words(directory, client, peer)]
    server = [str(program), *_server_words(directory, client, port)]
    with _process(directory / "etcd.log", etcd), _process(directory / "kube-apiserver.log", server):
        until(api.is_ready, "the API server is ready", _TO_START)
        yield api


def _etcd() -> Path:
    found = shutil.which("etcd")
    assert found, "etcd is missing: apt-get install etcd-server"
    return Path(found)


def _write_files(directory: Path, authority: Pair, token: str) -> None:
    server = issue(authority, ["kubernetes", "localhost"], ["127.0.0.1"], 24)
    account = issue(authority, ["service-accounts"], [], 24)
    files = {
        "audit.yaml": shipped("kubernetes/audit.yaml"),
        "ca.pem": authority.certificate,
        "server.pem": server.certificate,
        "server.key": server.key,
        "sa.pem": account.certificate,
        "sa.key": account.key,
        "tokens.csv": f'{token},admin,1,"system:masters"\n{token[::-1]},guest,2,"guests"\n',
    }
    for name, text in files.items():
        (directory / name).write_text(text)


def _etcd_words(directory: Path, client: int, peer: int) -> list[str]:
    clients, peers = f"http://127.0.0.1:{client}", f"http://127.0.0.1:{peer}"
    return [
        f"--data-dir={directory / 'etcd'}",
        f"--listen-client-urls={clients}",
        f"--advertise-client-urls={clients}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
        "--unsafe-no-fsync",
    ]


def _server_words(directory: Path, etcd: int, port: int) -> list[str]:
    return [
        f"--etcd-servers=http://127.0.0.1:{etcd}",
        "--bind-address=127.0.0.1",
        "--advertise-address=10.255.0.1",  # nobody goes there, but it may not be loopback
        f"--secure-port={port}",
        f"--tls-cert-file={directory / 'server.pem'}",
        f"--tls-private-key-file={directory / 'server.key'}",
        f"--token-auth-file={directory / 'tokens.csv'}",
        "--authorization-mode=RBAC",
        "--allow-privileged=true",  # who may be is Pod Security's business
        "--service-cluster-ip-range=10.96.0.0/16",
        "--disable-admission-plugins=TaintNodesByCondition",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={directory / 'sa.pem'}",
        f"--service-account-signing-key-file={directory / 'sa.key'}",
        f"--audit-policy-file={directory / 'audit.yaml'}",
        f"--audit-log-path={directory / 'audit.log'}",
    ]


@contextmanager
def _process(log: Path, command: list[str]) -> Iterator[None]:
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    with log.open("wb") as file:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,  # so that a Ctrl-C in a test reaches it only through us
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
