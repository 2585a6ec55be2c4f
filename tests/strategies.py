"""Hypothesis strategies for valid input: names, hosts, and whole descriptions of services."""

from typing import Any

from hypothesis import strategies as st

LOWER = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"


def labels(longest: int = 40) -> st.SearchStrategy[str]:
    """Names as services have them."""
    words = st.lists(st.text(LOWER + DIGITS, min_size=1, max_size=6), min_size=1, max_size=4).map("-".join)
    return st.builds(lambda first, rest: f"{first}{rest}"[:longest].rstrip("-"), st.sampled_from(LOWER), words)


def hosts() -> st.SearchStrategy[str]:
    """Host names without a dot at the end."""
    return st.lists(labels(20), min_size=1, max_size=3).map(".".join)


ENV_NAMES = st.from_regex(r"\A[A-Za-z_][A-Za-z0-9_]{0,10}\Z")
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=10)
PATHS = st.lists(st.text(LOWER + "._~-%", min_size=1, max_size=5), max_size=3).map(lambda parts: "/" + "/".join(parts))
PLACEMENTS = st.fixed_dictionaries(
    {},
    optional={
        "pool": labels(20),
        "node_class": TEXTS.filter(bool),
        "meta": st.dictionaries(labels(20), TEXTS.filter(bool), max_size=2),
    },
)
IMAGES = st.builds(
    lambda host, path, tag: f"{host}/{path}{tag}",
    hosts(),
    labels(),
    st.from_regex(r"\A(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,20})?(@sha256:[0-9a-f]{64})?\Z"),
)


@st.composite
def descriptions(draw: Any) -> dict[str, Any]:
    """Valid descriptions of every kind, with any of their fields."""
    kind = draw(st.sampled_from(["service", "service", "worker", "job", "cron"]))
    found: dict[str, Any] = {"kind": kind} if kind != "service" or draw(st.booleans()) else {}
    if draw(st.booleans()):
        found["image"] = draw(IMAGES)
    else:
        found["command"] = [draw(TEXTS.filter(bool)), *draw(st.lists(TEXTS, max_size=2))]
    _maybe(draw, found, "args", st.lists(TEXTS, max_size=2))
    _maybe(draw, found, "version", st.from_regex(r"\A[A-Za-z0-9_][A-Za-z0-9._+-]{0,20}\Z"))
    names = draw(_ports(found)) if kind == "service" else []
    if kind in ("service", "worker"):
        _lasting(draw, found)
    if names and draw(st.booleans()):
        found["routes"] = draw(_routes(names))
    if kind == "cron":
        found["schedule"] = draw(st.sampled_from(["* * * * *", "0 3 * * MON-FRI", "*/5 1,2 1 JAN 0"]))
        _maybe(draw, found, "timezone", st.sampled_from(["UTC", "Europe/Vienna"]))
    _maybe(draw, found, "cpu", st.floats(0.01, 4) | st.integers(1, 4))
    _maybe(draw, found, "memory", st.integers(4, 2048))
    _maybe(draw, found, "memory_limit", st.integers(2048, 4096))
    _maybe(draw, found, "env", st.dictionaries(ENV_NAMES, TEXTS, max_size=3))
    _maybe(draw, found, "secrets", st.dictionaries(ENV_NAMES, labels(), max_size=3))
    _maybe(draw, found, "needs", st.lists(labels(), max_size=3, unique=True))
    _maybe(draw, found, "placement", PLACEMENTS)
    _maybe(draw, found, "termination_grace", st.floats(0, 3600) | st.integers(0, 60))
    _maybe(draw, found, "labels", st.dictionaries(labels(), st.text(LOWER, max_size=63), max_size=2))
    return found


def _maybe(draw: Any, found: dict[str, Any], key: str, values: st.SearchStrategy[Any]) -> None:
    if draw(st.booleans()):
        found[key] = draw(values)


@st.composite
def _ports(draw: Any, found: dict[str, Any]) -> list[str]:
    """Puts ports into a description; returns the names of those that can be routed to."""
    if draw(st.booleans()):
        found["port"] = draw(st.integers(1, 65535))
        return ["http"]
    names = draw(st.lists(labels(15), min_size=1, max_size=3, unique=True))
    numbers = draw(st.lists(st.integers(1, 65535), min_size=3, max_size=3, unique=True))
    protocols = [draw(st.sampled_from(["http", "grpc", "tcp"])) for _ in names]
    found["ports"] = {
        name: {"port": number, "protocol": protocol}
        for name, number, protocol in zip(names, numbers, protocols, strict=False)
    }
    return [name for name, protocol in zip(names, protocols, strict=True) if protocol != "tcp"]


@st.composite
def _routes(draw: Any, names: list[str]) -> list[dict[str, Any]]:
    hosts_and_paths = st.lists(
        st.tuples(hosts(), PATHS.map(lambda path: path.rstrip("/") or "/")), max_size=2, unique=True
    )
    return [
        {"host": host, "path": path, "port": draw(st.sampled_from(names)), "strip_path": draw(st.booleans())}
        for host, path in draw(hosts_and_paths)
    ]


def _lasting(draw: Any, found: dict[str, Any]) -> None:
    """What only services and workers have."""
    fewest = 1
    if draw(st.booleans()):
        found["replicas"] = fewest = draw(st.integers(0, 20))
    elif draw(st.booleans()):
        fewest = draw(st.integers(1, 20))
        found["autoscaling"] = {"min": fewest, "max": draw(st.integers(fewest, 30))}
    if draw(st.booleans()):
        found["health"] = {"interval": draw(st.integers(1, 5)), "grace": draw(st.floats(5, 300))}
    if draw(st.booleans()):
        strategy = draw(st.sampled_from(["rolling", "canary", "blue-green"]))
        release = {"strategy": strategy, "max_parallel": draw(st.integers(1, 5)), "min_healthy": draw(st.floats(0, 9))}
        if strategy == "canary":
            release["canaries"] = draw(st.integers(1, max(fewest, 1)))
        found["release"] = release
