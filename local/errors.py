"""The one error of the local tooling that a user is meant to see."""


class LocalError(Exception):
    """Foreseeable trouble: its text says what happened and what to do. Printed without a traceback, exit code 1."""
