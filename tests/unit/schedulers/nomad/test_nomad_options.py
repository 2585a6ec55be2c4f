"""The connection's options."""

import pytest

from foxden.connection import Connection
from foxden.schedulers.nomad.ingress import render_ingress
from foxden.schedulers.nomad.options import CommandDriver, NetworkMode, NomadOptions, options_of, read_options
from foxden.service.reader import UNKNOWN


def test_none_given_means_defaults() -> None:
    assert read_options({}) == (NomadOptions(), [])


def test_all_are_read() -> None:
    given = {
        "command_driver": "raw_exec",
        "network_mode": "bridge",
        "caddy": "/opt/caddy",
        "caddy_image": "caddy:2.11.9",
        "datacenter": "dc1, dc2",
        "core_mhz": "2400",
        "ingress_port": "8080",
        "trusted_proxies": "10.20.0.0/16, fd00::/8",
    }
    expected = NomadOptions(
        CommandDriver.RAW_EXEC,
        NetworkMode.BRIDGE,
        "/opt/caddy",
        "caddy:2.11.9",
        ("dc1", "dc2"),
        2400,
        8080,
        ("10.20.0.0/16", "fd00::/8"),
    )
    assert read_options(given) == (expected, [])
    assert options_of(given) == expected


def test_what_is_not_known_yet_is_left_aside() -> None:
    assert read_options({"command_driver": UNKNOWN, "core_mhz": UNKNOWN}) == (NomadOptions(), [])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"command_driver": "java"}, "options.command_driver must be one of exec, raw_exec, got 'java'"),
        ({"netwrk_mode": "host"}, "options.netwrk_mode is not a known field, did you mean 'network_mode'?"),
        ({"core_mhz": "fast"}, "options.core_mhz must be a whole number from 1 to 100000, got 'fast'"),
        ({"core_mhz": "0"}, "options.core_mhz must be a whole number from 1 to 100000, got '0'"),
        ({"ingress_port": "70000"}, "options.ingress_port must be a whole number from 1 to 65535, got '70000'"),
        ({"trusted_proxies": "10.0.0.1"}, "options.trusted_proxies must be CIDRs joined by ',', got '10.0.0.1'"),
        ({"trusted_proxies": "10.0.0.1/8"}, "options.trusted_proxies must be CIDRs joined by ',', got '10.0.0.1/8'"),
        ({"datacenter": "dc1,,dc2"}, "options.datacenter must be names joined by ',', got 'dc1,,dc2'"),
        ({"caddy": ""}, "options.caddy must be a text that is not empty"),
    ],
)
def test_what_is_wrong_is_said(given: dict[str, str], message: str) -> None:
    _, problems = read_options(given)
    assert [str(problem)[: len("cluster: ") + len(message)] for problem in problems] == [f"cluster: {message}"]


@pytest.mark.parametrize(("cores", "mhz"), [(1, 1500), (0.1, 150), (0.0001, 1), (128, 192_000)])
def test_cores_become_megahertz(cores: float, mhz: int) -> None:
    assert NomadOptions(core_mhz=1500).megahertz(cores) == mhz


def test_behind_a_balancer_the_ingress_has_a_port_of_its_own_and_trusts_it() -> None:
    given = {"ingress_port": "8080", "trusted_proxies": "10.20.0.0/16,fd00::/8"}
    job = render_ingress(Connection("nomad", "dev", "dev.foxden.example", "http://a", options=given))
    (group,) = job["TaskGroups"]
    assert group["Networks"][0]["ReservedPorts"] == [{"Label": "http", "Value": 8080}]
    caddyfile = group["Tasks"][0]["Templates"][1]["EmbeddedTmpl"]
    assert "\t\ttrusted_proxies static 10.20.0.0/16 fd00::/8\n\t\ttrusted_proxies_strict\n" in caddyfile
