"""How the lab counts what comes and goes, without a machine."""

from threading import Barrier

from tests.engine.bootlab.counting import how_many


def test_all_are_asked_at_the_same_time() -> None:
    together = Barrier(3, timeout=30)

    def is_even(number: int) -> bool:
        together.wait()
        return number % 2 == 0

    assert how_many([1, 2, 4], is_even) == 2
    assert how_many([], is_even) == 0
