"""Names, and errors."""

import pulumi
import pytest

from foxden import InvalidInput, Problem
from foxden.errors import check
from foxden.naming import (
    MAX_ENVIRONMENT,
    MAX_SERVICE,
    discovery_name,
    env_prefix,
    host_problem,
    label_problem,
    need_problem,
    secret_problem,
    split_need,
)


def test_a_joined_name_fits_a_dns_label_and_means_one_thing() -> None:
    longest = discovery_name("s" * MAX_SERVICE, "e" * MAX_ENVIRONMENT)
    assert len(longest) <= 63
    assert discovery_name("pods", "demo") == "pods--demo"


@pytest.mark.parametrize("name", ["a", "pods", "meeting-router", "a1", "a-1-b", "a" * 40])
def test_good_labels(name: str) -> None:
    assert label_problem(name, 40) is None


@pytest.mark.parametrize("name", ["", "-", "a-", "1a", "A", "a_b", "a.b", "a b", "a\n", "a--b", "a" * 41, "ä", "a²"])
def test_bad_labels(name: str) -> None:
    assert label_problem(name, 40)


def test_needs_are_split_at_the_first_colon() -> None:
    assert split_need("pods") == ("pods", "")
    assert split_need("pods:admin") == ("pods", "admin")
    assert need_problem("pods:admin") is None
    assert need_problem("pods:admin:x") == (
        "port must be lower-case letters, digits and hyphens, a letter first and no hyphen last, got 'admin:x'"
    )
    assert need_problem("pods:" + "a" * 15) is None
    assert need_problem("pods:" + "a" * 16) == "port must have at most 15 characters, got 16"


@pytest.mark.parametrize(
    ("host", "absolute", "good"),
    [
        ("app", False, True),
        ("a.b-c.d1", False, True),
        ("1.2.3.4", False, True),
        ("app.", True, True),
        ("app.", False, False),
        ("app..", True, False),
        ("", False, False),
        ("a_b", False, False),
        ("-a", False, False),
        ("a-.b", False, False),
        ("a" * 63, False, True),
        ("a" * 64, False, False),
        (".".join(["a" * 49] * 5) + ".abc", False, True),
        (".".join(["a" * 50] * 5), False, False),
        ("App", False, False),
        ("a\n", False, False),
    ],
)
def test_hosts(host: str, absolute: bool, good: bool) -> None:
    assert (host_problem(host, absolute) is None) == good


def test_names_of_secrets() -> None:
    assert [secret_problem(name) for name in ("key", "pods-api-key", "a/b-c/1")] == [None] * 3
    for bad in ("", "A", "a_b", "/a", "a/", "a--b", "a/../b", "a" * 101, "a\n", None, 5):
        assert "must be the name of a secret" in str(secret_problem(bad))


def test_env_prefixes() -> None:
    assert env_prefix("meeting-router") == "MEETING_ROUTER"


def test_an_error_of_bad_input_is_pulumis_own_kind_that_shows_no_traceback() -> None:
    problems = [Problem("service 'a'", "port must be given"), Problem("service 'b'", "name must not be empty")]
    with pytest.raises(InvalidInput) as caught:
        check(iter(problems))
    assert isinstance(caught.value, pulumi.RunError)
    assert str(caught.value) == "service 'a': port must be given\nservice 'b': name must not be empty"
    assert caught.value.problems == tuple(problems)
    check([])
