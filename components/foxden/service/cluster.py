"""Checks the connection of a cluster at the door, as far as it is plain."""

import re
from collections.abc import Mapping
from typing import Any

import pulumi

from foxden.clouds.references import reference_problem
from foxden.connection import CREDENTIALS, REFERRED, ConnectionArgs
from foxden.errors import Problem
from foxden.naming import MAX_ENVIRONMENT, host_problem, label_problem
from foxden.schedulers.base import scheduler_problem
from foxden.service.prepare import placeholders
from foxden.service.reader import Reader, Unknown, shown

_SUBJECT = "cluster"
_PEM = "-----BEGIN CERTIFICATE-----"
_API = re.compile(r"https?://[!-~]+\Z")


def args_problems(subject: str, args: Any, form: Any) -> list[Problem]:
    """What is wrong with a component's args of that form: its fields' names, and the connection ``cluster``."""
    reader = Reader(subject, args)
    if not reader.readable:
        return reader.problems
    reader.only(form.__annotations__)
    reader.require(*sorted(form.__required_keys__ - {"cluster"}))
    return reader.problems + cluster_problems(subject, args)


def cluster_problems(subject: str, args: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the connection ``cluster`` among a component's args."""
    given = args.get("cluster")
    return [Problem(subject, "cluster must be given")] if given is None else connection_problems(given)


def connection_problems(given: Any, form: Any = ConnectionArgs) -> list[Problem]:
    """What is wrong with a connection, or with the part of one that is of another form."""
    if isinstance(given, pulumi.Output):
        return [Problem(_SUBJECT, "must be a plain value, got an output: see foxden.shared_connection")]
    reader = Reader(_SUBJECT, placeholders(given))
    reader.only(form.__annotations__)
    reader.require(*sorted(form.__required_keys__))
    name, environment = reader.text("scheduler"), reader.text("environment")
    _complain(reader, "scheduler", scheduler_problem(name) if name else None)
    _complain(reader, "environment", label_problem(environment, MAX_ENVIRONMENT) if environment else None)
    domain = reader.text("domain", late=True)
    _complain(reader, "domain", host_problem(domain, absolute=False) if domain else None)
    for key in ("address", "discovery_address"):
        url = reader.text(key, late=True)
        if url and not isinstance(url, Unknown) and not _API.match(url):
            reader.complain(key, f"must be like 'https://host:port', got {shown(url)}")
    for key in CREDENTIALS:
        if reader.has(key) and not isinstance(reader.given[key], str):
            reader.complain(key, "must be a text")  # and is not repeated
    _complain(reader, "ca", _ca_problem(reader.text("ca", late=True)))
    for key in REFERRED:
        reference = reader.text(f"{key}_reference", late=True)
        _complain(reader, f"{key}_reference", reference_problem(reference) if reference else None)
        if reference and not isinstance(reference, Unknown) and reader.has(key):
            reader.complain(key, f"must not be given beside {key}_reference")
    scheme = reader.text("ingress_scheme", "https", late=True)
    if scheme not in ("http", "https") and not isinstance(scheme, Unknown):
        reader.complain("ingress_scheme", f"must be http or https, got {shown(scheme)}")
    if not isinstance(reader.given.get("ingress_port"), Unknown):
        reader.integer("ingress_port", 443, 1, 65535)
    if not isinstance(reader.given.get("options"), Unknown):
        reader.text_map("options", late=True)
    return reader.problems


def _ca_problem(ca: str | None) -> str | None:
    return None if ca is None or _PEM in ca else f"must be a certificate as PEM text, got {shown(ca)}"


def _complain(reader: Reader, key: str, problem: str | None) -> None:
    if problem and not isinstance(reader.given[key], Unknown):
        reader.complain(key, problem)
