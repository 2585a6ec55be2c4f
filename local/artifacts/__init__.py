"""What runs: the example services, built from this checkout into artifacts with a version each."""

from local.artifacts.build import Artifact, build

__all__ = ["Artifact", "build"]
