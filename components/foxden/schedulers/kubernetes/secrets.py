"""Secrets: objects that never change, named by what is in them, so that an old instance keeps its own (pure)."""

from hashlib import scrypt

from foxden.errors import Problem, check
from foxden.schedulers.kubernetes.units import SEPARATOR

KEY = "value"
"""The one entry of each object."""

_LARGEST = 1_000_000
"""Bytes; the API takes a Mi of all entries and their keys."""


def object_name(secret: str, version: str = "") -> str:
    """The name of the object that holds a secret in that version; of the one with the current value for none.

    No two secrets have the same: their names hold neither '.' nor two hyphens in a row.
    """
    name = secret.replace("/", ".")
    return f"{name}{SEPARATOR}{version}" if version else name


def version_of(environment: str, secret: str, value: str) -> str:
    """What a secret's value is called. It costs some 50 ms, so that a short value can't be found by trying."""
    salt = f"{environment}/{secret}".encode()
    return scrypt(value.encode(), salt=salt, n=2**14, r=8, p=1, dklen=5).hex()


def usable(environment: str, secret: str, value: str) -> str:
    """The value of a secret. Raises :class:`foxden.InvalidInput` for one that can't become ENV; never shows it."""
    size = len(value.encode())
    wrong = None
    if "\0" in value:
        wrong = "must not hold the character NUL, which ENV can't have"
    elif size > _LARGEST:
        wrong = f"must have at most {_LARGEST} bytes, has {size}"
    check([Problem(f"environment '{environment}'", f"secrets.{secret} {wrong}")] if wrong else [])
    return value
