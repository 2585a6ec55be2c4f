"""Checksums of nodes' programs, from publishers' lists on loopback, written into an environment's file."""

import argparse
import hashlib
import socket
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from foxden.schedulers.base import SCHEDULERS, nodes
from foxden.schedulers.releases import PROCESSORS, Release, archives
from local.commands import pin_checksums
from local.commands.cloud_site import site
from local.errors import LocalError

ZEROS = "0" * 64
TEXT = """\
# The environment.
config:
  foxden:cloud: aws
  foxden:scheduler: kubernetes
  foxden:region: eu-central-1
  # Why there are zeros.
  foxden:core:
    software:
      programs:
        router: {{checksum: "{checksum}"}}  # of the archive
  foxden:pools: {{}}
"""
ARCHIVE = b"what was released"
SUM = hashlib.sha256(ARCHIVE).hexdigest()

Pin = Callable[..., list[str]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An environment's file with zeros in it."""
    file = tmp_path / "Pulumi.qa.yaml"
    file.write_text(TEXT.format(checksum=ZEROS))
    return file


@pytest.fixture
def pin(server, file: Path, monkeypatch: pytest.MonkeyPatch) -> Pin:
    """The command, with publishers on loopback."""
    releases = {
        "router": Release("2.1", f"{server.url}/router_{{processor}}.tar.gz", f"{server.url}/{{version}}_sums", {}, {}),
        "known": Release("1.0", "https://a.example/known", "", {"amd64": "a" * 64, "arm64": "b" * 64}, {}),
        "alone": Release("1.0", f"{server.url}/alone", f"{server.url}/alone.sha256", {"amd64": "c" * 64}, {}),
    }
    monkeypatch.setattr(pin_checksums, "nodes", lambda scheduler: SimpleNamespace(RELEASES=releases))
    return lambda source="list": pin_checksums.pin(
        site("qa", file.parent), from_archives=source == "archive", root=file.parent
    )


def test_what_a_list_says_is_written_and_all_else_stays(server, pin: Pin, file: Path) -> None:
    server.files["/2.1_sums"] = f"{'d' * 64}  router_arm64.tar.gz\n{SUM}  router_amd64.tar.gz\n".encode()
    assert pin() == [f"Pulumi.qa.yaml: router 2.1 is {SUM}, as {server.url}/2.1_sums says"]
    assert file.read_text() == TEXT.format(checksum=SUM)
    assert pin() == ["Pulumi.qa.yaml: nothing to do, no program of its nodes lacks a checksum"]
    assert file.read_text() == TEXT.format(checksum=SUM)
    assert server.paths == ["/2.1_sums"]


def test_the_processor_and_the_version_that_are_chosen_count(server, pin: Pin, file: Path) -> None:
    changed = TEXT.format(checksum=ZEROS).replace("region:", "processor: arm64\n  foxden:region:")
    file.write_text(changed.replace("{checksum:", "{version: 2.5, checksum:").replace("2.5", '"2.5"'))
    server.files["/2.5_sums"] = f"{SUM} *router_arm64.tar.gz\n".encode()
    server.files["/alone.sha256"] = b"E" * 64 + b"\n"
    assert [line.split(",")[0] for line in pin()] == [
        f"Pulumi.qa.yaml: router 2.5 is {SUM}",
        f"Pulumi.qa.yaml: alone 1.0 is {'e' * 64}",
    ]
    assert f'        alone: {{checksum: "{"e" * 64}"}}\n' in file.read_text()


def test_a_pool_with_programs_of_its_own_has_its_own_checksum(server, pin: Pin, file: Path) -> None:
    pool = "pools: {fast: {software: {processor: arm64, programs: {alone: {checksum: " + "e" * 64 + "}}}}}"
    file.write_text(TEXT.format(checksum=SUM).replace("pools: {}", pool))
    server.files["/2.1_sums"] = f"{'d' * 64}  router_arm64.tar.gz\n".encode()
    pin()
    assert f'programs: {{alone: {{checksum: {"e" * 64}}}, router: {{checksum: "{"d" * 64}"}}}}' in file.read_text()


def test_without_a_list_the_archive_itself_is_believed_where_that_is_wished(server, pin: Pin, file: Path) -> None:
    server.files["/router_amd64.tar.gz"] = ARCHIVE
    with pytest.raises(LocalError) as caught:
        pin()
    way = "'make pin-checksums STACK=qa FROM=archive' believes what is offered today"
    assert str(caught.value) == f"router 2.1: {server.url}/2.1_sums: HTTP 404; {way}"
    assert file.read_text() == TEXT.format(checksum=ZEROS)
    (said,) = pin("archive")
    assert said.startswith(f"Pulumi.qa.yaml: router 2.1 is {SUM}, as {server.url}/router_amd64.tar.gz is today")
    assert "trust on first use" in said
    assert file.read_text() == TEXT.format(checksum=SUM)


def test_a_list_that_is_there_is_believed_before_an_archive(server, pin: Pin, file: Path) -> None:
    server.files |= {"/router_amd64.tar.gz": b"other", "/2.1_sums": f"{SUM}  router_amd64.tar.gz\n".encode()}
    assert pin("archive")[0].endswith("/2.1_sums says")


def test_a_publisher_s_list_says_nothing_of_an_address_of_one_s_own(server, pin: Pin, file: Path) -> None:
    own = TEXT.format(checksum=ZEROS).replace("{checksum:", f"{{url: {server.url}/mine, checksum:")
    file.write_text(own)
    with pytest.raises(
        LocalError, match=r"router 2\.1: no publisher's list says anything of .*/mine; 'make .*FROM=arc"
    ):
        pin()
    with pytest.raises(LocalError, match=r"router 2\.1: .*/mine: HTTP 404\Z"):
        pin("archive")
    server.files["/mine"] = ARCHIVE
    pin("archive")
    assert file.read_text() == own.replace(ZEROS, SUM)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html>Sign in</html>\n", "is no list of SHA-256 or SHA-512 checksums"),
        (b"\xff\x00\xfe", "is no list of SHA-256 or SHA-512 checksums"),
        (b"", "is no list of SHA-256 or SHA-512 checksums"),
        (b"abc  router_amd64.tar.gz\n", "is no list of SHA-256 or SHA-512 checksums"),
        (b"z" * 64 + b"  router_amd64.tar.gz\n", "is no list of SHA-256 or SHA-512 checksums"),
        (b"a" * 64 + b"  router_arm64.tar.gz\n", "does not name router_amd64.tar.gz"),
        (b"a" * 64 + b"\n" + b"b" * 64 + b"  router_arm64.tar.gz\n", "does not name router_amd64.tar.gz"),
    ],
)
def test_a_list_that_does_not_help(server, pin: Pin, file: Path, content: bytes, said: str) -> None:
    server.files["/2.1_sums"] = content
    with pytest.raises(LocalError) as caught:
        pin("archive")
    assert str(caught.value) == f"router 2.1: {server.url}/2.1_sums {said}"
    assert file.read_text() == TEXT.format(checksum=ZEROS)


def test_nothing_is_written_unless_all_is_known(server, pin: Pin, file: Path) -> None:
    before = TEXT.format(checksum=ZEROS).replace("region:", "processor: arm64\n  foxden:region:")
    file.write_text(before)
    server.files["/2.1_sums"] = f"{SUM}  router_arm64.tar.gz\n".encode()
    with pytest.raises(LocalError, match=r"\Aalone 1\.0: .*/alone\.sha256: HTTP 404"):
        pin()
    assert file.read_text() == before


def test_no_network(pin: Pin, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(LocalError, match=r"\Arouter 2\.1: 127\.0\.0\.1:\d+ can't be reached: .*not known.*\Z"):
        pin()
    assert file.read_text() == TEXT.format(checksum=ZEROS)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("router:", "rooter:", "software.rooter is not a known field, did you mean 'router'?"),
        (f'"{ZEROS}"', "abc", "must be a SHA-256 or SHA-512 of router 2.1 in hex, got 'abc'"),
        ("software:", "software: text #", "core.software must be a mapping, got 'text'"),
    ],
)
def test_choices_that_are_wrong_are_told(pin: Pin, file: Path, before: str, after: str, said: str) -> None:
    changed = TEXT.format(checksum=ZEROS).replace(before, after)
    file.write_text(changed if "text" not in after else changed.partition("      programs")[0])
    with pytest.raises(LocalError) as caught:
        pin()
    assert said in str(caught.value)


def test_where_the_cloud_runs_the_servers_there_is_nothing_to_do(server, pin: Pin, file: Path) -> None:
    file.write_text(TEXT.format(checksum=ZEROS) + "  foxden:managed: true\n")
    assert "nothing to do" in pin()[0]
    assert server.asked == []


def test_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[tuple[str, bool]] = []

    def pin(found, *, from_archives: bool) -> list[str]:
        asked.append((found.environment, from_archives))
        return ["done"]

    monkeypatch.setattr(pin_checksums, "pin", pin)
    parser = argparse.ArgumentParser()
    pin_checksums.add_arguments(parser)
    for words in (["--stack", "qa"], ["--stack", "prod", "--from", "archive"]):
        assert pin_checksums.run(parser.parse_args(words)) == 0
    assert asked == [("qa", False), ("prod", True)]
    assert capsys.readouterr().out == "done\ndone\n"
    with pytest.raises(LocalError, match="no environment 'nope'"):
        pin_checksums.run(parser.parse_args(["--stack", "nope"]))


@pytest.mark.parametrize("processor", PROCESSORS)
@pytest.mark.parametrize("scheduler", sorted(SCHEDULERS))
def test_every_program_has_a_list_of_its_publisher_s(scheduler: str, processor: str) -> None:
    problems: list = []
    found = archives(nodes(scheduler).RELEASES, None, None, processor, problems)
    assert problems == []
    for archive in found.values():
        assert archive.sums.startswith("https://") and "{" not in archive.sums
        assert archive.sums.split("/")[2] == archive.url.split("/")[2]
    assert {name for name, archive in found.items() if not archive.is_pinned} <= {"kube-router"}
