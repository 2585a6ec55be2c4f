"""Text arrives as it was written: in ENV, arguments and the commands of probes."""

import re

from hypothesis import given
from hypothesis import strategies as st

from foxden.schedulers.kubernetes.literal import literal
from tests.contract.cases import HOSTILE
from tests.unit.schedulers.kubernetes.samples import container, env, rendered

ALPHABET = st.text(st.sampled_from("$()AB_ x{}ö€😀"), max_size=12)


def expanded(text: str, known: dict[str, str]) -> str:
    """As the kubelet of 1.31 does it (third_party/forked/golang/expansion of its source)."""

    def replaced(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        if found[0][1] != "(":
            # It takes the first byte of the character for a whole one.
            first, *rest = found[0][1].encode()
            return f"${chr(first)}" + bytes(rest).decode(errors="replace")
        name = found[0][2:-1]
        return known.get(name, found[0])

    return re.sub(r"\$\$|\$\([^)]*\)|\$[^\x00-\x7f]", replaced, text)


@given(ALPHABET)
def test_whatever_it_holds(text: str) -> None:
    assert expanded(literal(text), {"A": "other", "B": "other", "": "other"}) == text


def test_a_dollar_before_a_letter_of_more_than_one_byte_is_kept() -> None:
    for text in ("5$€", "k$ö", "$😀"):
        assert expanded(literal(text), {}) == text


def test_what_has_no_meaning_is_left_as_it_is() -> None:
    for text in ("${HOME}", "$HOME", "5$", "", "a b", HOSTILE):
        assert literal(text) == text


def test_everywhere_where_it_could_be_read() -> None:
    text = "$(SERVICE_NAME) $$"
    found = rendered(env={"A": text}, args=[text], health={"command": ["/bin/check", text]})
    main = container(found)
    probe = main["readinessProbe"]["exec"]["command"]
    for written in (env(found)["A"], main["args"][0], probe[1]):
        assert written != text
        assert expanded(written, {"SERVICE_NAME": "other"}) == text


def test_addresses_of_things_outside_arrive_as_they_are() -> None:
    from foxden.service.discovery import External
    from tests.unit.schedulers.kubernetes.samples import objects, spec

    url = "http://db.example.com/$(HOME)"
    found = objects(spec(needs=["db"]), {"db": External(url, "db.example.com", 80)})
    assert expanded(env(found)["DB_URL"], {"HOME": "/"}) == url
