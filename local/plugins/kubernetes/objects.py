"""What Check makes of the inputs: a name, a namespace, and every problem at once. Pure but for the random name."""

import os
import random
import re
from collections.abc import Iterator

from local.plugins.checking import Problem
from local.plugins.kubernetes.cluster import Object
from local.plugins.kubernetes.kinds import Kind
from local.plugins.wire import UNKNOWN, Secret, Value, Values, plain

AUTONAMED = "pulumi.com/autonamed"
SKIP_AWAIT = "pulumi.com/skipAwait"
TIMEOUT = "pulumi.com/timeoutSeconds"
WAIT_FOR = "pulumi.com/waitFor"
FORCE = "pulumi.com/patchForce"
MANAGER = "pulumi.com/patchFieldManager"
PROPAGATION = "pulumi.com/deletionPropagationPolicy"

_REFUSED = {
    "pulumi.com/replaceUnready": "the stand-in replaces nothing that only failed: pulumi up --replace does",
}
_CONDITION = re.compile(r"condition=([A-Za-z][A-Za-z0-9./-]*)\Z")
_POLICIES = {"": "Foreground", "foreground": "Foreground", "background": "Background", "orphan": "Orphan"}
MANAGERS = "pulumi-kubernetes-"
"""How the names begin by which plugins like this one apply."""

NOTES = ("__inputs", "__initialApiVersion", "__fieldManager")
"""Notes that the official plugin keeps in a state, and so do we."""


def checked(inputs: Values, olds: Values, kind: Kind, name: str, seed: bytes, namespace: str) -> Values:
    """The inputs with a kind, a name and a namespace (empty: the kind has none, or is not known yet)."""
    metadata = inputs.get("metadata")
    hidden = isinstance(metadata, Secret)
    fields: Value = plain(metadata) if hidden else metadata
    if fields is None:
        fields = {}
    if isinstance(fields, dict):
        fields = _named(fields, olds, name, seed)
        if namespace and not fields.get("namespace"):
            fields = {**fields, "namespace": namespace}
    known = {"apiVersion": kind.api_version, "kind": kind.name, "metadata": Secret(fields) if hidden else fields}
    rest = {key: value for key, value in inputs.items() if value is not None and key not in NOTES}
    return hide({**rest, **known})


def hide(values: Values) -> Values:
    """The object with what is a secret by its kind wrapped."""
    if (values.get("apiVersion"), values.get("kind")) != ("v1", "Secret"):
        return values
    data = {key: Secret(plain(values[key])) for key in ("data", "stringData") if values.get(key) is not None}
    return {**values, **data}


def _named(metadata: Values, olds: Values, name: str, seed: bytes) -> Values:
    if metadata.get("name") is not None or metadata.get("generateName") is not None:
        return metadata
    annotations = metadata.get("annotations") or {}
    before = plain(olds.get("metadata")) or {}
    if is_autonamed(plain(olds)):
        chosen = before.get("name")
    else:
        digits = random.Random(seed or os.urandom(16)).randrange(16**8)  # noqa: S311 - a name, no secret
        chosen = f"{name}-{digits:08x}"
    if not isinstance(annotations, dict):
        return {**metadata, "name": chosen}
    return {**metadata, "name": chosen, "annotations": {**annotations, AUTONAMED: "true"}}


def problems(inputs: Object, kind: Kind) -> Iterator[Problem]:
    """What is wrong with inputs whose secrets are opened; values that are not known yet are let pass."""
    metadata = inputs["metadata"]
    if metadata is UNKNOWN:
        return
    if not isinstance(metadata, dict):
        yield Problem("metadata", "must be an object")
        return
    if metadata.get("generateName") is not None:
        yield Problem("metadata.generateName", "is not supported by the stand-in: leave the name out, and get one")
    for annotation, why in _REFUSED.items():
        if annotation_of(inputs, annotation):
            yield Problem(f'metadata.annotations["{annotation}"]', why)
    policy = annotation_of(inputs, PROPAGATION)
    if policy.lower() not in _POLICIES:
        yield Problem(f'metadata.annotations["{PROPAGATION}"]', "must be foreground, background or orphan")
    if annotation_of(inputs, WAIT_FOR) and not awaited_condition(inputs):
        yield Problem(f'metadata.annotations["{WAIT_FOR}"]', "the stand-in waits for nothing but condition=<type>")
    seconds = annotation_of(inputs, TIMEOUT)
    if seconds and not (seconds.isascii() and seconds.isdecimal()):
        yield Problem(f'metadata.annotations["{TIMEOUT}"]', "must be a whole number of seconds")


def annotation_of(thing: Object, name: str) -> str:
    """An annotation's value; empty where there is none, or it is not known."""
    metadata = thing.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    value = annotations.get(name) if isinstance(annotations, dict) else None
    return value if isinstance(value, str) else ""


def is_true(thing: Object, name: str) -> bool:
    """Whether an annotation says so."""
    return annotation_of(thing, name) == "true"


def awaited_condition(thing: Object) -> str:
    """The type of the condition that the program says to wait for; empty where it leaves that to the kind."""
    found = _CONDITION.match(annotation_of(thing, WAIT_FOR))
    return found[1] if found else ""


def is_autonamed(thing: Object) -> bool:
    """Whether the plugin chose its name."""
    return is_true(thing, AUTONAMED)


def propagation_of(thing: Object) -> str:
    """What becomes of the things it owns when it is deleted, in Kubernetes' word."""
    return _POLICIES.get(annotation_of(thing, PROPAGATION).lower(), "Foreground")


def seconds_of(thing: Object, timeout: float, usual: float) -> float:
    """The time limit: the program's customTimeouts, else the annotation, else the usual one."""
    if timeout:
        return timeout
    seconds = annotation_of(thing, TIMEOUT)
    return float(seconds) if seconds.isascii() and seconds.isdecimal() else usual


def manager_of(inputs: Object, state: Values) -> str:
    """By what name our fields are ours: the annotation, the one from before, or a new one."""
    return (
        annotation_of(inputs, MANAGER)
        or state.get("__fieldManager")
        or annotation_of(state, MANAGER)
        or f"{MANAGERS}{os.urandom(4).hex()}"
    )


def id_of(thing: Object) -> str:
    """``namespace/name``, or the name alone."""
    metadata = thing["metadata"]
    return f"{metadata['namespace']}/{metadata['name']}" if metadata.get("namespace") else str(metadata["name"])


def split_id(resource_id: str) -> tuple[str, str]:
    """Namespace (may be empty) and name."""
    namespace, _, name = resource_id.rpartition("/")
    return namespace, name
