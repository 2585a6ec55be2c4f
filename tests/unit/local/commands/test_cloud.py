"""The commands for clusters on a cloud, with a program in the place of Amazon's."""

import argparse
import json
import os
import socket
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from local import forwards
from local.aws import call
from local.commands import connect, pin_image
from local.commands.cloud_site import CLOUDS, Site, site
from local.errors import LocalError
from local.forwards import Forward
from local.stackfiles import values

FAKE = """#!{python}
import json, os, socket, sys, time
words = sys.argv[1:]
told = json.loads(open({answers!r}).read())
with open({log!r}, "a") as log:
    log.write(json.dumps(words) + "\\n")
answer = told.get(" ".join(words[:2]))
if isinstance(answer, dict):
    print(answer["error"], file=sys.stderr)
    sys.exit(254)
if words[:2] != ["ssm", "start-session"]:
    print(json.dumps(answer))
    sys.exit(0)
port = int(json.loads(words[words.index("--parameters") + 1])["localPortNumber"][0])
with socket.create_server(("127.0.0.1", port)) as server:
    end = time.monotonic() + answer
    server.settimeout(0.05)
    while time.monotonic() < end:
        try:
            server.accept()[0].close()
        except TimeoutError:
            pass
"""

DEV = Site("dev", "eu-central-1", {})
ANSWERS: dict[str, Any] = {
    "ec2 describe-instances": ["i-2", "i-1", "i-3"],
    "ssm describe-instance-information": ["i-2", "i-3"],
    "autoscaling describe-auto-scaling-instances": [
        ["i-1", "InService", "HEALTHY"],
        ["i-2", "Terminating:Wait", "UNHEALTHY"],
        ["i-3", "InService", "HEALTHY"],
    ],
    "ssm start-session": 0.5,
}


class Fake:
    """Amazon's program, with the answers that a test puts in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answers = dict(ANSWERS)
        self.log = folder / "log"
        for name in ("aws", "session-manager-plugin"):
            program = folder / name
            text = FAKE.format(python=sys.executable, answers=str(folder / "answers"), log=str(self.log))
            program.write_text(text)
            program.chmod(program.stat().st_mode | stat.S_IXUSR)
        self.tell()

    def tell(self, **changed: Any) -> None:
        """Change what it answers: ``ec2_describe_instances=[]``."""
        for name, answer in changed.items():
            service, _, action = name.partition("_")
            self.answers[f"{service} {action.replace('_', '-')}"] = answer
        (self.folder / "answers").write_text(json.dumps(self.answers))

    @property
    def asked(self) -> list[list[str]]:
        """The arguments of all calls."""
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Amazon's program on PATH."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return Fake(tmp_path)


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> dict[str, Forward]:
    """Free ports in the place of those that everybody knows."""
    found = {}
    for name, there in (("nomad", 4646), ("consul", 8501)):
        with socket.create_server(("127.0.0.1", 0)) as server:
            found[name] = Forward(server.getsockname()[1], there, page="/ui")
    monkeypatch.setitem(forwards.FORWARDS, "nomad", found)
    return found


# Where a cluster is


def test_the_cluster_of_an_environment(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {foxden:cloud: aws, foxden:region: eu-central-1}\n")
    (tmp_path / "Pulumi.demo.yaml").write_text("config: {foxden:inherits: dev}\n")
    (tmp_path / "Pulumi.own.yaml").write_text("config: {foxden:inherits: dev, foxden:cluster: own}\n")
    (tmp_path / "Pulumi.here.yaml").write_text("config: {foxden:domain: a.localhost}\n")
    (tmp_path / "Pulumi.half.yaml").write_text("config: {foxden:cloud: aws}\n")
    assert [site(env, tmp_path).environment for env in ("dev", "demo", "own")] == ["dev", "dev", "own"]
    assert site("demo", tmp_path).parameters == "/foxden/dev"
    with pytest.raises(LocalError, match="environment 'here' is on no cloud"):
        site("here", tmp_path)
    with pytest.raises(LocalError, match="environment 'half': region must be given"):
        site("half", tmp_path)


def test_dev_is_on_a_cloud_and_local_is_not() -> None:
    assert site("dev").region == "eu-central-1"
    with pytest.raises(LocalError, match="on no cloud"):
        site("local")


# Amazon's program


def test_a_failed_call_is_told_in_its_own_words(fake: Fake) -> None:
    fake.tell(sts_get_caller_identity={"error": "Unable to locate credentials"})
    with pytest.raises(LocalError, match="'aws sts get-caller-identity' failed: Unable to locate credentials"):
        call("eu-central-1", "sts", "get-caller-identity")


@pytest.mark.parametrize(("missing", "what"), [("aws", "the AWS command line"), ("session-manager-plugin", "plugin")])
def test_a_missing_program_is_told_with_how_to_get_it(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, missing: str, what: str
) -> None:
    (fake.folder / missing).unlink()
    monkeypatch.setenv("PATH", str(fake.folder))
    with pytest.raises(LocalError, match=rf"'{missing}' is missing: install .*{what}.*https://docs\.aws"):
        connect.run(argparse.Namespace(stack="dev"))


# Connecting


def test_a_server_that_is_well_is_chosen(fake: Fake) -> None:
    assert connect.servers(DEV) == ["i-1", "i-2", "i-3"]
    assert connect.choose(["i-1", "i-2", "i-3"], DEV) == "i-3"
    described = fake.asked[0]
    assert "Name=tag:foxden:servers,Values=dev" in described
    assert described[described.index("--region") + 1] == "eu-central-1"


def test_servers_that_are_in_no_group_are_well_when_they_are_reached(fake: Fake) -> None:
    fake.tell(autoscaling_describe_auto_scaling_instances=[])
    assert connect.choose(["i-1", "i-2"], DEV) == "i-2"


def test_no_server(fake: Fake) -> None:
    with pytest.raises(LocalError, match="no core server of 'dev' runs in eu-central-1"):
        connect.choose([], DEV)
    fake.tell(ssm_describe_instance_information=[])
    with pytest.raises(LocalError, match=r"none of the core servers of 'dev' can be reached now \(i-1\)"):
        connect.choose(["i-1"], DEV)


def test_ways_are_opened_and_another_server_takes_over(
    fake: Fake, ports: dict[str, Forward], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = iter(["i-3", "i-1"])

    def choose(instances: list[str], found: Site) -> str:
        server = next(chosen, "")
        if not server:
            raise KeyboardInterrupt
        return server

    monkeypatch.setattr(connect, "choose", choose)
    with pytest.raises(KeyboardInterrupt):
        connect.run(argparse.Namespace(stack="dev"))
    said = capsys.readouterr().out
    assert "connected to 'dev' through i-3" in said
    assert "through i-3 has ended: looking for another server" in said
    assert "connected to 'dev' through i-1" in said
    assert f"Nomad   https://127.0.0.1:{ports['nomad'].here}/ui" in said
    assert "/foxden/dev/operators/nomad-token" in said
    started = [words for words in fake.asked if words[:2] == ["ssm", "start-session"]]
    assert {words[words.index("--document-name") + 1] for words in started} == {"AWS-StartPortForwardingSession"}
    parameters = [json.loads(words[words.index("--parameters") + 1]) for words in started]
    assert {each["portNumber"][0] for each in parameters} == {"4646", "8501"}
    for forward in ports.values():
        connect._free(forward.here)


def test_an_api_that_amazon_runs_is_reached_through_a_worker(
    fake: Fake, ports: dict[str, Forward], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.tell(eks_describe_cluster="https://ABC.gr7.eu-central-1.eks.amazonaws.com")
    monkeypatch.setitem(forwards.FORWARDS, "kubernetes", {"kubernetes": ports["nomad"]})
    found = Site("qa", "eu-central-1", {"scheduler": "kubernetes", "managed": True})
    monkeypatch.setattr(connect, "site", lambda stack: found)
    rounds = iter([["i-3"], []])
    monkeypatch.setattr(connect, "servers", lambda site: next(rounds))
    with pytest.raises(LocalError, match="no worker of 'qa' runs"):
        connect.run(argparse.Namespace(stack="qa"))
    started = next(words for words in fake.asked if words[:2] == ["ssm", "start-session"])
    assert started[started.index("--document-name") + 1] == "AWS-StartPortForwardingSessionToRemoteHost"
    parameters = json.loads(started[started.index("--parameters") + 1])
    assert (parameters["host"], parameters["portNumber"]) == (["ABC.gr7.eu-central-1.eks.amazonaws.com"], ["443"])
    said = capsys.readouterr().out
    assert "aws eks get-token --region eu-central-1 --cluster-name foxden-qa" in said
    assert "its certificate is of ABC.gr7.eu-central-1.eks.amazonaws.com" in said


def test_the_servers_of_one_scheduler_lead_to_its_own_apis(fake: Fake) -> None:
    found = Site("qa", "eu-central-1", {"scheduler": "kubernetes"})
    assert {name: (each.here, each.there) for name, each in found.forwards.items()} == {"kubernetes": (16443, 6443)}
    assert any("/foxden/qa/operators/kubernetes-token" in line for line in connect.told(found, "i-1"))
    with pytest.raises(LocalError, match="scheduler must be one of kubernetes, nomad, got swarm"):
        _ = Site("qa", "eu-central-1", {"scheduler": "swarm"}).forwards


def test_a_session_that_is_refused(fake: Fake, ports: dict[str, Forward]) -> None:
    fake.tell(ssm_start_session={"error": "TargetNotConnected: i-3 is not connected."})
    with pytest.raises(LocalError, match=r"no way to nomad: TargetNotConnected: i-3 is not connected\."):
        connect.run(argparse.Namespace(stack="dev"))


def test_a_port_that_is_taken(fake: Fake, ports: dict[str, Forward]) -> None:
    port = ports["consul"].here
    with socket.create_server(("127.0.0.1", port)), pytest.raises(LocalError, match=f"port {port} is taken"):
        connect.run(argparse.Namespace(stack="dev"))


# Images


def test_the_latest_image_is_pinned(fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "config:\n  # why\n  foxden:image: ami-0a628e1e89aaedf80\n  foxden:servers: 3\n"
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(text)
    image = "ami-0123456789abcdef0"
    assert pin_image.pin("dev", image, tmp_path).startswith(f"Pulumi.dev.yaml has image {image} now")
    assert file.read_text() == text.replace("ami-0a628e1e89aaedf80", image)
    assert pin_image.pin("dev", image, tmp_path) == f"Pulumi.dev.yaml has the latest image already: {image}"
    file.write_text("config: {}\n")
    with pytest.raises(LocalError, match="has no line 'foxden:image: ami-"):
        pin_image.pin("dev", image, tmp_path)


def test_which_image_is_latest_is_asked(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.tell(ssm_get_parameter={"error": "ParameterNotFound"})
    pinned: list[tuple[str, str]] = []

    def pin(env: str, image: str) -> str:
        pinned.append((env, image))
        return "done"

    monkeypatch.setattr(pin_image, "pin", pin)
    with pytest.raises(LocalError, match="ParameterNotFound"):
        pin_image.run(argparse.Namespace(stack="dev", release="24.04"))
    fake.tell(ssm_get_parameter=["ami"])
    with pytest.raises(LocalError, match="is no image"):
        pin_image.run(argparse.Namespace(stack="dev", release="24.04"))
    fake.tell(ssm_get_parameter="ami-0123456789abcdef0")
    assert pin_image.run(argparse.Namespace(stack="dev", release="24.04")) == 0
    assert pinned == [("dev", "ami-0123456789abcdef0")]
    name = fake.asked[-1][fake.asked[-1].index("--name") + 1]
    assert name == "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"


def test_the_environment_of_this_repository_on_a_cloud_has_a_pinned_image() -> None:
    """By its name: other tests have files of their own beside it for a moment."""
    choices = values("dev")
    assert choices["cloud"] in CLOUDS
    assert pin_image._IMAGE.match(choices["image"])
