"""``pin-image``: put the latest image of an Ubuntu LTS into an environment's file. The next ``up`` rolls to it."""

import argparse
import re
from pathlib import Path

from local import aws
from local.commands.cloud_site import site
from local.commands.report import say
from local.errors import LocalError
from local.paths import REPO
from local.stackfiles import PREFIX, stack_file

RELEASE = "24.04"
"""The Ubuntu LTS that nodes are made for."""

_LATEST = "/aws/service/canonical/ubuntu/server/{release}/stable/current/{processor}/hvm/ebs-gp3/ami-id"
_LINE = re.compile(rf"^(\s*{PREFIX}image:\s*)[\"']?ami-[0-9a-f]+[\"']?", re.MULTILINE)
_IMAGE = re.compile(r"ami-(?:[0-9a-f]{17}|[0-9a-f]{8})\Z")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whose, and of which release."""
    parser.add_argument("--stack", required=True, help="the environment, such as dev")
    parser.add_argument("--release", default=RELEASE, help=f"Ubuntu release; default: {RELEASE}")


def run(options: argparse.Namespace) -> int:
    """Ask what is latest, and write it down."""
    found = site(options.stack)
    processor = found.choices.get("processor", "amd64")
    name = _LATEST.format(release=options.release, processor=processor)
    image = aws.call(found.region, "ssm", "get-parameter", "--name", name, "--query", "Parameter.Value")
    if not isinstance(image, str) or not _IMAGE.match(image):
        raise LocalError(f"{name} is no image: {image!r}")
    say(pin(found.environment, image))
    return 0


def pin(env: str, image: str, root: Path = REPO) -> str:
    """Write an image into the file of an environment that has one already; what was done, in a sentence."""
    file = stack_file(env, root)
    text = file.read_text()
    if not _LINE.search(text):
        raise LocalError(f"{file} has no line '{PREFIX}image: ami-...' to change")
    changed = _LINE.sub(rf"\g<1>{image}", text)
    if changed == text:
        return f"{file.name} has the latest image already: {image}"
    file.write_text(changed)
    return f"{file.name} has image {image} now: the next 'pulumi up' rolls servers and workers to it, one after another"
