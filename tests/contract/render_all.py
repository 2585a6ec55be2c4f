"""Renders every case in a fresh interpreter: ``python -m tests.contract.render_all <scheduler>`` prints it as JSON."""

import json
import sys

from foxden.schedulers.base import scheduler
from tests.contract.cases import render, taken


def main(name: str) -> None:
    """Print the manifests, and the Pulumi SDKs that were imported on the way."""
    manifests = {case: render(name, description) for case, description in taken(scheduler(name)).items()}
    imported = sorted(module for module in sys.modules if module.startswith("pulumi_") and "." not in module)
    json.dump({"manifests": manifests, "sdks": imported}, sys.stdout, sort_keys=True)


if __name__ == "__main__":
    main(sys.argv[1])
