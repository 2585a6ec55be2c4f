"""The connection's options."""

import pytest

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
    }
    expected = NomadOptions(
        CommandDriver.RAW_EXEC, NetworkMode.BRIDGE, "/opt/caddy", "caddy:2.11.9", ("dc1", "dc2"), 2400
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
