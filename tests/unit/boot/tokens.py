"""Stand-ins for what holds the tokens of a cluster."""

from datetime import UTC, datetime, timedelta
from typing import Any

from foxden.boot.files.node import consul
from foxden.boot.files.node.kept import POOLS
from tests.unit.boot.fakes import FakeApi, FakeParameters


def kept_secrets(**values: str) -> FakeParameters:
    """What a cluster with one pool keeps."""
    return FakeParameters(**{POOLS: '["general"]', **values})


def ago(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.123456789Z")


class Tokens:
    """The tokens of a server, by secret."""

    def __init__(self) -> None:
        self.held: dict[str, dict[str, Any]] = {}
        self.count = 0

    def add(self, secret: str, **more: Any) -> dict[str, Any]:
        self.count += 1
        self.held[secret] = {"AccessorID": f"a{self.count}", "CreateTime": ago(0), "SecretID": secret, **more}
        return self.held[secret]

    def own(self, secret: str, _: Any) -> dict[str, Any] | None:
        return self.held.get(secret)

    def make(self, _: str, body: Any) -> dict[str, Any]:
        self.count += 1
        return self.add(body.pop("SecretID", f"made-{self.count}"), **body)

    def all(self, *_: Any) -> list[dict[str, Any]]:
        return list(self.held.values())


def consul_api(tokens: Tokens, **more: Any) -> FakeApi:
    answers = {
        "GET /v1/acl/tokens": tokens.all,
        "GET /v1/acl/token/self": tokens.own,
        "PUT /v1/acl/token": tokens.make,
        "PUT /v1/acl/policy": {},
        f"PUT /v1/acl/token/{consul.ANONYMOUS}": {},
        **more,
    }
    return FakeApi(answers)


def nomad_api(tokens: Tokens, **more: Any) -> FakeApi:
    def bootstrap(_: str, body: Any) -> dict[str, Any]:
        return tokens.add(body["BootstrapSecret"], Name="Bootstrap Token")

    answers = {
        "GET /v1/acl/token/self": tokens.own,
        "POST /v1/acl/bootstrap": bootstrap,
        "GET /v1/acl/tokens": tokens.all,
        "POST /v1/acl/token": tokens.make,
        "POST /v1/acl/policy/foxden-drain-general": {},
        **more,
    }
    return FakeApi(answers, "own")
