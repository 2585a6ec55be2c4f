"""What the previous release has left behind: the state of each of its stacks, and the files that its program read."""

import gzip
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

STATES = Path(__file__).parent / "states"
ON_AWS = ("dev", "qa")
"""The stacks that are kept of a simulated AWS: one with Nomad, one with Kubernetes."""
_BY_CONTENT = re.compile(r"aws:s3/bucketObjectv2:BucketObjectv2::[a-z0-9-]+-program-[0-9a-f]{12}\Z")
"""A program of nodes, kept by its checksum: another one is another object, which machines take as they roll."""
_GONE = ("delete", "replace", "create-replacement", "delete-replaced", "discard", "discard-replaced")


@dataclass(frozen=True)
class Released:
    """One stack of the previous release."""

    exported: str
    """What ``pulumi stack export --show-secrets`` said; nothing in it is anybody's secret any more."""
    files: Mapping[str, str]
    """Below the state directory: name to text."""

    def with_changed(self, texts: Mapping[str, str]) -> "Released":
        """The same with these texts in place of others, everywhere: an address that is another one today."""

        def changed(text: str) -> str:
            for old, new in texts.items():
                text = text.replace(old, new)
            return text

        return Released(changed(self.exported), {changed(name): changed(text) for name, text in self.files.items()})


def load(stack: str) -> Released:
    """What is kept of a stack."""
    return Released(**json.loads(gzip.decompress((STATES / f"{stack}.json.gz").read_bytes())))


def keep(stack: str, released: Released) -> None:
    """Keep it, the same bytes for the same state, without the lock on its secrets: they are in plain text there."""
    exported = json.loads(released.exported)
    exported["deployment"].pop("secrets_providers", None)
    released = Released(json.dumps(exported, sort_keys=True), released.files)
    text = json.dumps(asdict(released), sort_keys=True)
    (STATES / f"{stack}.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


def locked_like(exported: str, stack_file: Path) -> str:
    """An exported state whose secrets a new stack can keep: with the salt that Pulumi wrote into that one's file."""
    salt = yaml.safe_load(stack_file.read_text())["encryptionsalt"]
    state = json.loads(exported)
    state["deployment"]["secrets_providers"] = {"type": "passphrase", "state": {"salt": salt}}
    return json.dumps(state)


def unplanned(steps: Iterable[Mapping[str, Any]], planned: Mapping[str, str]) -> list[str]:
    """What a preview would replace or delete though nobody planned it, a line for each resource.

    ``planned`` has the end of a URN, and why it is to go; one that nothing comes of is told, too.
    """
    found = {f"{step['op']} {step['urn'].split('::', 2)[2]}" for step in steps if step["op"] in _GONE}
    gone = sorted(line for line in found if not _BY_CONTENT.search(line))
    unused = [end for end in planned if not any(line.endswith(end) for line in gone)]
    lines = [line for line in gone if not any(line.endswith(end) for end in planned)]
    return lines + [f"planned, but it stays: {end} ({planned[end]})" for end in unused]
