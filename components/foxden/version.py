"""The version of this library, said here and nowhere else."""

VERSION = "0.1.0"
"""A semantic version; docs/compatibility.md says what a change of each part means."""
