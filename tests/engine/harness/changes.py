"""What a user changes in a running environment, and how it is seen to have arrived: on any scheduler."""

import re
import signal
from collections.abc import Callable, Iterable, Mapping

import psutil

from tests.engine.harness.command import Done
from tests.engine.harness.site import Site
from tests.engine.harness.tasks import environ
from tests.engine.harness.waiting import until

_ENDS_WITHIN = 60.0
_SERVICES = "stacks/services.py"
_ROUTER = "examples/apps/meeting-router/app.py"


# --- how many instances ---


def scaled(site: Site, described: str, replicas: int) -> None:
    """``up`` with that many of the pods, where ``described`` is the text that describes two."""
    site.write(_SERVICES, described.replace('"replicas": 2', f'"replicas": {replicas}', 1))
    done = site.up()
    row = re.search(rf"^pods +\S+ +(\d+)/{replicas} ", done.output, re.MULTILINE)
    assert row and int(row[1]) >= replicas, done  # one too many may be about to end


def each_answers(site: Site, instances: Callable[[], Iterable[str]]) -> None:
    """Requests reach every one of the pods' instances."""
    answered: set[str] = set()

    def all_have() -> bool:
        answer = site.get(site.url("app")).json()
        answered.add(answer["needs"]["meeting-router"]["needs"]["pods"]["instance"])
        return answered >= set(instances())

    until(all_have, f"each of the pods' instances answers: {sorted(instances())}", within=15, every=0.02)


# --- what a service is told ---


def needs_legacy(site: Site, url: str) -> None:
    """From now on meeting-router needs what is outside at ``url``, instead of the pods."""
    described, code = site.read(_SERVICES), site.read(_ROUTER)
    site.write(_SERVICES, described.replace('"needs": ["pods"]', '"needs": ["legacy"]'))
    site.choose(endpoints={"legacy": {"url": url}})
    site.write(_ROUTER, code.replace('needs=("pods",)', 'needs=("legacy",)'))


def told(programs: Callable[[], Iterable[psutil.Process]], wanted: Mapping[str, str], *prefixes: str) -> None:
    """Wait until both programs have just these variables, of those that begin with one of ``prefixes``."""

    def seen() -> bool:
        found = [
            {name: value for name, value in environ(program).items() if name.startswith(prefixes)}
            for program in programs()
        ]
        assert found == [wanted, wanted], found
        return True

    until(seen, f"both instances are told {wanted}", within=30)


def replaced(site: Site, kind: str) -> None:
    """``up`` by hand, with the stack's only resource of a type made anew."""
    [urn] = [one["urn"] for one in site.stack()["checkpoint"]["latest"]["resources"] if one["type"] == kind]
    site.pulumi("up", "--stack", "local", "--yes", "--skip-preview", "--replace", urn)


# --- an ``up`` that does not come to its end ---


def cut_short(site: Site, number: signal.Signals, begun: Callable[[], bool]) -> None:
    """``up`` is sent a signal as soon as it has ``begun`` what it is to do."""
    with site.start("up") as up:
        until(begun, "the release has begun", within=90)
        up.signal_group(number)
        done = up.wait(_ENDS_WITHIN)
    assert done.code == (130 if number == signal.SIGINT else -number), done
    assert "Traceback" not in done.output, done


# --- what others change ---


def found_by_refresh(site: Site, token: str, wanted: set[str]) -> None:
    """A look by ``refresh``, by a preview that refreshes, and the refresh itself see these, and no others.

    ``token``: a pattern of the types of the resources that are looked for.
    """
    looks = [
        site.pulumi("refresh", "--stack", "local", "--preview-only", "--expect-no-changes", expect=None),
        site.pulumi("preview", "--stack", "local", "--refresh", "--expect-no-changes", expect=None),
    ]
    for look in looks:
        assert look.code != 0, f"nothing was found: {look}"
        assert _to_change(look, token) == wanted, look
    refreshed = site.pulumi("refresh", "--stack", "local", "--yes", "--skip-preview")
    assert _to_change(refreshed, token) == wanted, refreshed


def _to_change(said: Done, token: str) -> set[str]:
    """The resources with a last word that is not just that they were looked at."""
    lines = re.findall(rf"^ *[~+-]+ +{token} (\S+) (.*)$", said.output, re.MULTILINE)
    return {name for name, rest in lines if re.match(r"(update|delete|create)d? |refresh(ed)? .*\[diff:", f"{rest} ")}


# --- an environment whose time is over ---


def expires(site: Site, name: str) -> None:
    """A special-purpose environment is made; ``reap`` leaves it until its time is over, and then takes it."""
    site.up("--env", name, "--ttl", "1h")
    kept = site.local("reap")
    assert f"'{name}' stays: it expires in" in kept.output and "'local' stays" in kept.output, kept
    assert site.get(site.url(f"app.{name}")).json()["environment"] == name
    site.choose(name, expires="2020-01-01T00:00:00Z")
    status = site.local("status")
    assert re.search(rf"^{name}: .*EXPIRED", status.output, re.MULTILINE), status
    reaped = site.local("reap")
    assert f"'{name}' is gone" in reaped.output, reaped
    forgotten(site, name)


def forgotten(site: Site, name: str) -> None:
    """Nothing of an environment is kept on this machine."""
    assert not (site.checkout / f"Pulumi.{name}.yaml").exists(), "its file is still there"
    assert not list((site.state / "secrets").glob(f"{name}*")), "its secrets are still there"
    assert f"\n{name}:" not in site.local("status").output
    answer = site.get(site.url(f"app.{name}"))
    assert answer.status == 404, answer


# --- mistakes ---

ENDS_AT_ONCE = """
print("MARK: no licence found", file=sys.stderr, flush=True)
sys.exit(3)
"""
"""In a service's program: it says why, and ends."""

NEVER_WELL = """
import webapp
def refuse(handler):
    print("MARK: the database is not there", flush=True)
    handler._send(webapp.HTTPStatus.SERVICE_UNAVAILABLE, {"error": "not today"})
webapp.Handler.do_GET = refuse
"""
"""In a service's program: it listens, but says that it can't work, and why."""

_SAID = (
    "service 'pods': health.path must begin with '/', got 'health'",
    "service 'meeting-router': needs 'podz', which nobody provides, did you mean 'pods'?",
)


def mistakes_are_told(site: Site) -> None:
    """By ``up`` and by a plain preview: in one line each, with an exit code that isn't 0, and no traceback."""
    described = site.read(_SERVICES)
    wrong = described.replace('"needs": ["pods"]', '"needs": ["podz"]')
    wrong = wrong.replace('"secrets": {', '"health": {"path": "health"},\n        "secrets": {')
    site.write(_SERVICES, wrong)
    up = site.up(expect=1)
    preview = site.pulumi("preview", "--stack", "local", expect=None)
    assert preview.code != 0, preview
    for done in (up, preview):
        lines = [line.strip().removeprefix("error: ") for line in done.output.splitlines()]
        for sentence in _SAID:
            assert sentence in lines, f"{sentence!r} is no line: {done}"
        assert "Traceback" not in done.output, done
    site.write(_SERVICES, described)
