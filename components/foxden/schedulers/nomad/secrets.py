"""Secrets: Nomad variables that a job's own identity may read, and the template that makes ENV of them (pure)."""

import json
from collections.abc import Mapping
from typing import Any

from foxden.errors import Problem, check
from foxden.naming import discovery_name
from foxden.schedulers.nomad.units import nanoseconds

ITEM = "value"
"""The one item of each variable."""

_LONGEST_LINE = 64_000
"""Bytes of an ENV file's line that Nomad reads."""


def variable_path(secret: str) -> str:
    """Where a secret of an environment is, in the namespace of that environment."""
    return f"foxden/secrets/{secret}"


def usable(environment: str, secret: str, value: str) -> str:
    """The value of a secret. Raises :class:`foxden.InvalidInput` for one that can't become ENV; never shows it."""
    # Go's JSON writes these three as six characters.
    line = len(json.dumps(value, ensure_ascii=False).encode()) + sum(5 * value.count(each) for each in "<>&")
    wrong = None
    if "\0" in value:
        wrong = "must not hold the character NUL, which ENV can't have"
    elif line > _LONGEST_LINE:
        wrong = f"must have at most {_LONGEST_LINE} bytes as JSON, has {line}"
    check([Problem(f"environment '{environment}'", f"secrets.{secret} {wrong}")] if wrong else [])
    return value


def policy_name(service: str, environment: str) -> str:
    """The policies of all environments share one list."""
    return f"foxden-secrets-{discovery_name(service, environment)}"


def policy_rules(environment: str, secrets: Mapping[str, str]) -> str:
    """A policy, in HCL, to read exactly the secrets that these ENV names refer to."""
    paths = "".join(
        f'    path "{variable_path(secret)}" {{\n      capabilities = ["read"]\n    }}\n'
        for secret in sorted(set(secrets.values()))
    )
    return f'namespace "{environment}" {{\n  variables {{\n{paths}  }}\n}}\n'


def secrets_template(secrets: Mapping[str, str]) -> dict[str, Any]:
    """The template that sets the ENV names; a secret that changes restarts the task.

    Nomad reads the file like a JSON text in double quotes, so every character survives.
    """
    lines = [
        f'{name}={{{{ with nomadVar "{variable_path(secret)}" }}}}{{{{ .{ITEM}.Value | toJSON }}}}{{{{ end }}}}\n'
        for name, secret in sorted(secrets.items())
    ]
    return {
        "DestPath": "${NOMAD_SECRETS_DIR}/env",
        "EmbeddedTmpl": "".join(lines),
        "Envvars": True,
        "Perms": "0600",
        "ChangeMode": "restart",
        # Not all instances at once.
        "Splay": nanoseconds(15),
    }
