"""``python -m local tools`` as a whole: what is got, what is said, and no network where none is needed."""

import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from local import __main__ as main
from local.paths import REPO, cache_dir, state_dir
from local.toolchain import official
from local.toolchain.catalog import AWS_PLUGIN, PLUGINS, TOOLS
from local.toolchain.layout import Record, Refusal, plugin_cache, plugin_dir, read_record, tool_dir, write_record
from local.toolchain.platform import this_platform

PULUMI = """
if [ "$1" = version ]; then echo v3.250.0; exit; fi
echo "$@" >> {log}
{more}
dir="$PULUMI_HOME/plugins/$3-$4-v$5"; mkdir -p "$dir"
echo official > "$dir/pulumi-$3-$4"; chmod +x "$dir/pulumi-$3-$4"
"""


@pytest.fixture(autouse=True)
def market(machine, shop, bin, monkeypatch: pytest.MonkeyPatch) -> None:
    """All releases and plugins come from the test's own server; PATH is the test's own."""
    for name, tool in list(TOOLS.items()):
        monkeypatch.setitem(TOOLS, name, shop.tool(name, tool.version))  # type: ignore[arg-type]
    monkeypatch.setattr(official, "_URL", shop.server.url + "/{program}-v{version}-{platform}")
    monkeypatch.setenv("PATH", f"{bin}:/usr/bin:/bin")


@pytest.fixture
def stocked(shop, tmp_path: Path) -> Callable[..., Path]:
    """Publishes every release; ``more`` are lines of what pulumi does at ``plugin install``; returns its log."""

    def stock(more: str = "") -> Path:
        for name, tool in TOOLS.items():
            text = PULUMI.format(log=tmp_path / "pulumi.log", more=more) if name == "pulumi" else None
            content = f"#!/bin/sh\n{text}".encode() if text else shop.program_text(tool.version, name)
            shop.publish(tool, shop.zipped({name: content}))
        return tmp_path / "pulumi.log"

    return stock


def offer_plugins(server) -> None:
    """Let the server have the official provider plugins."""
    for plugin in PLUGINS:
        if plugin.kind == "resource":
            url = official._URL.format(program=plugin.program, version=plugin.version, platform=this_platform())
            server.files[url.removeprefix(server.url)] = b"plugin"


def tools(*options: str) -> int:
    return main.main(["tools", *options])


def test_everything_from_nothing_with_stand_ins(stocked, capsys):
    stocked()
    assert tools() == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines[1:-1]] == [
        ["pulumi", "3.250.0", "download"],
        ["consul", "1.21.0", "download"],
        ["nomad", "1.11.3", "download"],
        ["caddy", "2.11.9", "download"],
        ["pulumi-language-python", "3.250.0", "stand-in"],
        ["pulumi-resource-nomad", "2.6.1", "stand-in"],
        ["pulumi-resource-consul", "3.15.2", "stand-in"],
    ]
    assert "local.plugins.nomad (no official one: http" in lines[6] and "HTTP 404" in lines[6]
    assert lines[-1].startswith(
        "tools: pulumi 3.250.0 download, consul 1.21.0 download, nomad 1.11.3 download, caddy 2.11.9 download;"
        " plugins: python stand-in, nomad stand-in, consul stand-in ("
    )
    assert os.access(state_dir() / "pulumi-home/plugins/resource-nomad-v2.6.1/pulumi-resource-nomad", os.X_OK)
    assert (state_dir() / "bin" / "nomad").resolve() == tool_dir(TOOLS["nomad"]) / "nomad"


def test_with_a_full_cache_nothing_touches_the_network(stocked, server, capsys, monkeypatch: pytest.MonkeyPatch):
    stocked()
    tools()
    asked = len(server.asked)

    def forbidden(*args: object, **kwargs: object) -> None:
        raise AssertionError("the network was used")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, forbidden)
    capsys.readouterr()
    assert tools() == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("tools: pulumi 3.250.0 cache, consul 1.21.0 cache, nomad 1.11.3 cache, caddy 2.11.9 cache;")
    assert len(server.asked) == asked


def test_with_a_full_cache_not_even_a_socket_is_made(stocked):
    """In a process of its own, because a library may open one when it is imported."""
    stocked()
    tools()
    code = (
        "import socket, sys\n"
        "def forbidden(*a, **k): raise SystemExit('a socket was made')\n"
        "socket.socket = forbidden\n"
        "from local.__main__ import main\n"
        "code = main(['tools'])\n"
        "assert not {'requests', 'urllib3', 'ssl'} & set(sys.modules)\n"
        "sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPO, capture_output=True, text=True, timeout=20)
    assert (done.returncode, "cache" in done.stdout) == (0, True), done.stderr


def test_official_plugins_are_installed_once_for_all_checkouts(stocked, server, capsys, monkeypatch, tmp_path: Path):
    log = stocked()
    offer_plugins(server)
    assert tools() == 0
    assert (
        capsys.readouterr()
        .out.splitlines()[-1]
        .rpartition(" (")[0]
        .endswith("plugins: python stand-in, nomad official, consul official")
    )
    assert log.read_text().splitlines() == [
        "plugin install resource nomad 2.6.1 --non-interactive",
        "plugin install resource consul 3.15.2 --non-interactive",
    ]
    assert (plugin_dir(plugin_cache(), PLUGINS[1]) / "pulumi-resource-nomad").exists()
    asked = len(server.asked)
    monkeypatch.setenv("FOXDEN_STATE", str(tmp_path / "another checkout"))
    assert tools() == 0
    assert "nomad official, consul official" in capsys.readouterr().out
    assert len(log.read_text().splitlines()) == 2 and len(server.asked) == asked


def test_official_plugins_go_into_the_users_own_home(stocked, server, capsys, monkeypatch, tmp_path: Path):
    stocked()
    offer_plugins(server)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "mine"))
    assert tools() == 0
    assert (tmp_path / "mine/plugins/resource-nomad-v2.6.1/pulumi-resource-nomad").read_text() == "official\n"
    assert "nomad official, consul official" in capsys.readouterr().out


@pytest.mark.parametrize("way", ["a day later", "--retry-plugins"])
def test_a_refusal_is_believed_for_a_day(stocked, server, capsys, way: str):
    stocked()
    tools()
    offer_plugins(server)
    assert tools() == 0
    assert "nomad stand-in" in capsys.readouterr().out
    if way == "a day later":
        file = state_dir() / "tools.json"
        record = json.loads(file.read_text())
        record["refused"]["resource-nomad-v2.6.1"]["at"] -= 25 * 3600
        file.write_text(json.dumps(record))
        assert tools() == 0
        assert "nomad official, consul stand-in" in capsys.readouterr().out
    else:
        assert tools(way) == 0
        assert "nomad official, consul official" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "reason"), [("echo error: no disk; exit 1", "failed: error: no disk"), ("sleep 60", "took longer than")]
)
def test_an_installation_that_fails_ends_in_a_stand_in(stocked, server, capsys, monkeypatch, more: str, reason: str):
    stocked(more)
    offer_plugins(server)
    monkeypatch.setattr(official, "INSTALL_SECONDS", 0.3)
    assert tools() == 0
    assert f"local.plugins.nomad (no official one: pulumi plugin install {reason}" in capsys.readouterr().out


def test_a_plugin_that_ships_with_pulumi_is_official(stocked, shop, capsys):
    stocked()
    pulumi = dataclasses.replace(
        TOOLS["pulumi"], release=dataclasses.replace(TOOLS["pulumi"].release, beside="pulumi-")
    )
    TOOLS["pulumi"] = pulumi  # type: ignore[index]
    files = {"pulumi/pulumi": shop.program_text("3.250.0"), "pulumi/pulumi-language-python": b"#!/bin/sh\n"}
    shop.publish(pulumi, shop.zipped(files))
    assert tools() == 0
    assert "python official" in capsys.readouterr().out
    assert not (state_dir() / "pulumi-home/plugins/language-python-v3.250.0").exists()


def test_a_tool_on_path_is_used_by_the_exports(stocked, bin, capsys):
    stocked()
    program = bin.versioned("consul", "Consul v1.22.1")
    assert tools() == 0
    out = capsys.readouterr().out
    assert "consul 1.22.1 path" in out and str(program) in out
    assert (state_dir() / "bin" / "consul").resolve() == program
    assert not tool_dir(TOOLS["consul"]).exists()


def test_failure_is_one_message_and_exit_code_1(fake_go, capsys):
    fake_go("echo no module proxy; exit 1")
    assert tools() == 1
    out, err = capsys.readouterr()
    assert out == "" and "error: pulumi 3.250.0 can't be had. Tried:" in err and "Traceback" not in err


def test_trouble_with_the_disk_is_an_error_without_a_traceback(stocked, capsys, monkeypatch, tmp_path: Path):
    stocked()
    (tmp_path / "file").touch()
    monkeypatch.setenv("FOXDEN_CACHE", str(tmp_path / "file" / "cache"))
    assert tools() == 1
    assert "mend that, then run 'make tools' again" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_no_half_state_and_no_process(bin, fake_go, tmp_path: Path, number: signal.Signals):
    fake_go(f"echo $$ > {tmp_path}/new; mv {tmp_path}/new {tmp_path}/pid; exec sleep 60")
    code = (
        "import sys; from local.toolchain import fetch; from local.__main__ import main\n"
        "fetch.Fetcher._open = lambda self, *a: (_ for _ in ()).throw(fetch.Refused('no network'))\n"
        "sys.exit(main(['tools']))"
    )
    child = subprocess.Popen([sys.executable, "-c", code], cwd=REPO, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (tmp_path / "pid").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    child.send_signal(number)
    assert "\ninterrupted\n" in child.communicate(timeout=60)[1]
    assert child.returncode == 130
    assert not (cache_dir() / "tools").exists()
    assert not list((cache_dir() / "partial").rglob("stage"))
    status = Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}/stat")
    assert not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize(("options", "kept"), [((), True), (("--retry-plugins",), False)])
def test_what_is_known_of_plugins_that_are_got_elsewhere_stays(stocked, options: tuple[str, ...], kept: bool):
    stocked()
    write_record(Record({}, {AWS_PLUGIN.directory: Refusal("HTTP 403", time.time())}))
    assert tools(*options) == 0
    assert (AWS_PLUGIN.directory in read_record().refused) is kept
