"""Reads what the machines of core servers and of pools have in common (pure)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pulumi

from foxden.boot.node import Node, Secrets, Software
from foxden.boot.program import Program
from foxden.clouds.plan import Disk, Machines
from foxden.clusters.read_network import read_tags
from foxden.clusters.read_software import read_software
from foxden.errors import InvalidInput
from foxden.schedulers.base import Nodes, nodes, nodes_problem
from foxden.service.prepare import has_outputs, placeholders, when_known
from foxden.service.reader import Reader

LISTS = ("registries", "registry_credentials")
"""Facts of a node that are lists."""

_BUCKET = "store.bucket"
"""What is known late beside the facts of a node."""

_LONGEST_BUCKET = "x" * 63
_LONGEST_HOST = "x" * 253


def read_disk(reader: Reader) -> Disk:
    """The field ``disk``."""
    disk = reader.sub("disk")
    if disk is None:
        return Disk()
    disk.only(("size", "iops", "throughput", "device"))
    return Disk(
        size=disk.integer("size", 30, 8, 16384),
        iops=disk.integer("iops", 3000, 3000, 16000),
        throughput=disk.integer("throughput", 125, 125, 1000),
        device=disk.text("device"),
    )


def read_scheduler(reader: Reader) -> str:
    """The field ``scheduler``, or '' where it is wrong."""
    name: str = reader.text("scheduler", "")
    wrong = nodes_problem(name) if name else None
    if wrong:
        reader.complain("scheduler", wrong)
    return "" if wrong else name


def late_map(reader: Reader, key: str, given: Any) -> Mapping[str, pulumi.Input[str]]:
    """A mapping of texts whose values may be outputs: as they were given."""
    reader.text_map(key, late=True)
    mapping = given.get(key) if isinstance(given, Mapping) else None
    return {name: value for name, value in mapping.items() if value is not None} if isinstance(mapping, Mapping) else {}


def read_machines(
    reader: Reader,
    given: Any,
    scheduler: str,
    types: tuple[str, ...],
    node: Node,
    late: Mapping[str, Any],
    component: str,
) -> Machines:
    """The machines that ``node`` says the facts of.

    ``late`` has those of its fields that may be outputs, as they were given. ``component`` is the tag's value.
    """
    chosen = nodes(scheduler) if scheduler else None
    software = read_software(reader, scheduler)
    return Machines(
        image=reader.text("image", ""),
        types=types,
        disk=read_disk(reader),
        node=node,
        software=software,
        secrets=chosen.secrets(node.role, node.pool) if chosen else Secrets(()),
        program=chosen.program(node.role) if chosen else Program(b"", ""),
        policies=late_map(reader, "policies", given),
        policy_arns=late_map(reader, "policy_arns", given),
        tags=read_tags(reader, component),
        # The last: it is told of what was found to be right only.
        user_data=_user_data(reader, chosen, software, node, late) if chosen and not reader.problems else _nothing,
    )


def _user_data(
    reader: Reader, chosen: Nodes, software: Software, node: Node, late: Mapping[str, Any]
) -> Callable[[pulumi.Input[str], pulumi.Input[str]], pulumi.Input[str]]:
    """What the machines are told: now, or when all of it is known. What is known to be too much is said now."""

    def boot(known: Mapping[str, Any]) -> str:
        facts = {key: value for key, value in known.items() if key != _BUCKET}
        return chosen.boot(replace(node, **_filled(facts)), software, known[_BUCKET])

    def told(bucket: pulumi.Input[str], endpoint: pulumi.Input[str]) -> pulumi.Input[str]:
        whole = {**late, _BUCKET: bucket, "endpoint": endpoint}
        return when_known(reader.subject, whole, boot) if has_outputs(whole) else boot(whole)

    try:
        boot(placeholders({**late, _BUCKET: _LONGEST_BUCKET, "endpoint": _LONGEST_HOST if chosen.ENDPOINT else ""}))
    except InvalidInput as error:
        reader.problems += error.problems
    return told


def _nothing(_bucket: pulumi.Input[str], _endpoint: pulumi.Input[str]) -> pulumi.Input[str]:
    """What machines are told that are not going to be."""
    return ""


def _filled(known: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a node: a list that isn't known yet has one entry."""
    return {
        key: (value,) if key in LISTS and isinstance(value, str) else tuple(value) if key in LISTS else value
        for key, value in known.items()
        if value is not None
    }
