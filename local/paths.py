"""Where things lie on this machine. Each place can be moved by an ENV variable."""

import os
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent


def _home(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / default)


def state_dir() -> Path:
    """All state of this checkout's local cluster (``FOXDEN_STATE``, default ``.foxden`` in the checkout)."""
    return Path(os.environ.get("FOXDEN_STATE") or REPO / ".foxden").resolve()


def cache_dir() -> Path:
    """Tools, shared by all checkouts of a user (``FOXDEN_CACHE``, default ``~/.cache/foxden``)."""
    return Path(os.environ.get("FOXDEN_CACHE") or _home("XDG_CACHE_HOME", ".cache") / "foxden").resolve()


def config_dir() -> Path:
    """What is the user's own, such as the passphrase (``FOXDEN_CONFIG``, default ``~/.config/foxden``)."""
    return Path(os.environ.get("FOXDEN_CONFIG") or _home("XDG_CONFIG_HOME", ".config") / "foxden").resolve()


def kubeconfig_file() -> Path:
    """How ``kubectl`` reaches a Kubernetes cluster of this machine, as its administrator; mode 0600."""
    return state_dir() / "agents" / "kubernetes" / "kubeconfig" / "admin.json"


def cluster_file() -> Path:
    """The local cluster's addresses and tokens, written by its agents, mode 0600."""
    return state_dir() / "cluster.json"
