"""Keeps text of the developer's from being read as a reference by Nomad, which has no escape that works everywhere.

Nomad replaces ``${name}`` in ENV values, and reads the values of a driver's configuration as HCL templates, where
``%{`` has a meaning, too. Neither looks again at what it has put in. So each such character is written as a reference
to job metadata that holds just this character.
"""

import re
from collections.abc import Iterable, Mapping

META = {"dollar": "$", "percent": "%"}
"""The job's metadata that the references below need."""

_DOLLAR, _PERCENT = "${NOMAD_META_dollar}", "${NOMAD_META_percent}"

_REFERENCE = re.compile(r"\$\{[a-zA-Z0-9_.-]+\}")
"""What Nomad replaces in ENV, checks and tags (``helper/args`` in its source)."""


def is_reference(text: str) -> bool:
    """Whether Nomad could replace a part of the text where it isn't a template."""
    return _REFERENCE.search(text) is not None


def env_value(text: str) -> str:
    """The text as the value of an ENV variable."""
    return text.replace("$", _DOLLAR) if is_reference(text) else text


def config_value(text: str) -> str:
    """The text as a value in a driver's configuration."""
    if "${" not in text and "%{" not in text:
        return text
    # In one pass: the reference for '%' has a '$' of its own.
    return re.sub(r"[$%]", lambda found: _DOLLAR if found[0] == "$" else _PERCENT, text)


def env_values(env: Mapping[str, str]) -> dict[str, str]:
    """Every value of the mapping as an ENV variable's."""
    return {name: env_value(value) for name, value in env.items()}


def config_values(texts: Iterable[str]) -> list[str]:
    """Every text as a value in a driver's configuration."""
    return [config_value(text) for text in texts]
