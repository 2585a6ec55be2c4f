"""The documents' examples are valid, and name every field."""

import ast
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

import foxden
from foxden.schedulers.kubernetes.addons.images import IMAGES
from foxden.schedulers.nomad.nodes import flows
from foxden.service.discovery import injected_names
from foxden.service.parse import parse_service, read_service
from local.paths import REPO
from stacks.cloud_settings import CLOUD_KEYS

DOCUMENTS = sorted([*REPO.glob("*.md"), *(REPO / "docs").rglob("*.md")])
SERVICES = REPO / "docs" / "services.md"


def blocks(file: Path) -> list[str]:
    """The examples in Python."""
    found = re.findall(r"^( *)```python[^\n]*\n(.*?)^ *```", file.read_text(), re.DOTALL | re.MULTILINE)
    return [textwrap.dedent(body) for _, body in found]


def described(block: str) -> dict[str, Any]:
    """The services in an example that is an entry of a mapping; nothing for others."""
    if not re.match(r'[# \n]*"(?!"")', block) and "stacks/services.py" not in block:
        return {}
    entries: dict[str, Any] = ast.literal_eval(f"{{{block}}}")
    return entries


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.name)
def test_examples_are_python_and_services_in_them_are_valid(file: Path) -> None:
    for block in blocks(file):
        services = described(block)
        if not services:
            ast.parse(block)
        for name, description in services.items():
            whole = {"command": ["built"], **description} if "image" not in description else description
            assert read_service(name, whole)[1] == []


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.name)
def test_examples_use_what_is_public(file: Path) -> None:
    trees = [ast.parse(block) for block in blocks(file) if not described(block)]
    used = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    assert {node.attr for node in used if ast.unparse(node.value) == "foxden"} <= set(foxden.__all__)


def test_the_page_on_services_names_every_field_and_every_choice() -> None:
    text = SERVICES.read_text()
    fields = [
        field
        for form in (
            foxden.ServiceDescription,
            foxden.HealthArgs,
            foxden.RouteArgs,
            foxden.PlacementArgs,
            foxden.ReleaseArgs,
        )
        for field in form.__annotations__
    ]
    choices = [str(choice) for kind in (foxden.ServiceKind, foxden.ReleaseStrategy) for choice in kind]
    assert [word for word in fields + choices if not re.search(rf"[`\"]{re.escape(word)}[`\"]", text)] == []


def test_the_page_on_services_names_what_is_injected() -> None:
    text = SERVICES.read_text()
    spec = parse_service("it", {"image": "a:1", "port": 80, "needs": ["pods"]})
    names = [name for name in injected_names(spec) if not name.startswith(("PORT_", "PODS_"))]
    assert [name for name in names if f"`{name}`" not in text] == []


def test_the_page_on_services_shows_messages_as_they_are() -> None:
    text = SERVICES.read_text()
    _, wrong = read_service("pods", {"image": "a:1", "port": 80, "health": {"path": "health"}, "replicsa": 2})
    for problem in wrong:
        assert str(problem) in text


def test_the_page_on_aws_names_every_choice_and_every_opening() -> None:
    text = (REPO / "docs" / "aws.md").read_text()
    assert [key for key in CLOUD_KEYS if f"`{key}`" not in text] == []
    ports = {"-".join(map(str, sorted(set(flow.ports)))) for flow in flows()}
    assert [port for port in ports if not re.search(rf"[|,] {port}\b", text)] == []


def test_the_page_on_cluster_services_names_every_choice_and_every_image() -> None:
    text = (REPO / "docs" / "cluster-services.md").read_text()
    own = {"cluster", "name", "region"}
    fields = {*foxden.ClusterServicesArgs.__annotations__} - own
    for form in (name for name in foxden.__all__ if name.endswith("Args")):
        kind = getattr(foxden, form)
        if foxden.ClusterServiceArgs.__annotations__.items() <= kind.__annotations__.items():
            fields |= {*kind.__annotations__}
    assert [name for name in sorted(fields) if f"`{name}`" not in text and f"`{name}: " not in text] == []
    rows = dict(re.findall(r"^[|] `([a-z-]+)` [|] [a-z-]+ (\S+) [|]", text, re.MULTILINE))
    pinned = {name: re.split("[:@]", image)[1].removeprefix("v") for name, image in IMAGES.items()}
    assert {name: version for name, version in rows.items() if name in pinned} == pinned
