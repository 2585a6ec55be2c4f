"""What the lab makes of a server's word on its cluster, without a machine."""

from typing import Any

import pytest

from tests.engine.bootlab.access import seconds, taking_part


def server(contact: str, **more: Any) -> dict[str, Any]:
    return {"SerfStatus": "alive", "LastContact": contact, "LastTerm": 7, "Healthy": True, "Voter": True, **more}


def test_a_voter_that_waits_for_a_busy_machine_takes_part() -> None:
    assert taking_part([server("0s"), server("1.2s", Healthy=False), server("350.5ms", Healthy=False)]) == 3
    # It follows a new leader, and has not written anything of its time yet.
    assert taking_part([server("0s", LastTerm=8), server("20ms", Healthy=False), server("30ms", LastTerm=8)]) == 3


@pytest.mark.parametrize(
    "away",
    [
        server("4.1s", Healthy=False),
        server("-1ns", Healthy=False),
        # Nothing was heard from it.
        server("0s", LastTerm=0, Healthy=False),
        server("20ms", SerfStatus="failed", Healthy=False),
        server("20ms", Voter=False),
    ],
)
def test_one_that_is_away_or_does_not_vote_yet_does_not(away: dict[str, Any]) -> None:
    assert taking_part([server("0s"), away, server("90ms")]) == 2


def test_durations_are_read_as_consul_writes_them() -> None:
    assert [seconds(text) for text in ("0s", "1m2.5s", "12.5ms", "250µs", "-1ns")] == [0, 62.5, 0.0125, 0.00025, -1e-9]
