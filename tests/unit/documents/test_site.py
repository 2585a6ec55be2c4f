"""The documentation as a site: strictly built, whole, and with nothing fetched from elsewhere."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import foxden
from documents import site
from documents.roles import linked
from local.paths import REPO

FETCHED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=\"(https?:)?//[^\"]*\"")
DIRECTIVE = re.compile(r"^::: foxden\.(\w+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The site."""
    place = tmp_path_factory.mktemp("site")
    site.build(place)
    yield place
    shutil.rmtree(place)


def test_every_public_name_is_in_the_reference_once() -> None:
    named = [
        name for page in (REPO / "docs" / "reference").glob("*.md") for name in DIRECTIVE.findall(page.read_text())
    ]
    assert Counter(named) == Counter(foxden.__all__)


def test_every_public_name_has_a_place_that_names_lead_to(built: Path) -> None:
    text = "".join(page.read_text() for page in (built / "reference").glob("*.html"))
    assert [name for name in foxden.__all__ if f'id="foxden.{name}"' not in text] == []
    assert '#foxden.InvalidInput"' in text
    assert ":class:" not in text


def test_a_reader_fetches_nothing_from_elsewhere(built: Path) -> None:
    pages = list(built.rglob("*.html"))
    assert len(pages) > 15
    assert [(page.name, found[0]) for page in pages for found in FETCHED.finditer(page.read_text())] == []


def test_all_decisions_are_numbered_and_none_is_missing() -> None:
    numbers = [int(page.name[:4]) for page in sorted((REPO / "docs" / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("[a](no-page.md) [b](index.md#no-place) [c][foxden.NoName]", ["no-page.md", "#no-place", "foxden.NoName"]),
        ("::: foxden.NoName", ["foxden.NoName"]),
    ],
    ids=["links", "a name"],
)
def test_what_leads_nowhere_fails(wrong: str, told: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = yaml.safe_load((REPO / "mkdocs.yml").read_text())
    settings["plugins"][1]["mkdocstrings"]["handlers"]["python"]["paths"] = [str(REPO / "components")]
    (tmp_path / "mkdocs.yml").write_text(yaml.safe_dump({**settings, "nav": ["index.md"]}))
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(f"# A page\n\n{wrong}\n")
    monkeypatch.setattr(site, "REPO", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(REPO))
    with pytest.raises(SystemExit) as caught:
        site.build(tmp_path / "site")
    assert [each for each in told if each not in str(caught.value)] == []


def test_names_in_docstrings_become_links() -> None:
    assert linked("see :class:`foxden.Service`.") == "see [`Service`][foxden.Service]."
    assert linked("see :class:`InvalidInput`") == "see [`InvalidInput`][foxden.InvalidInput]"
    assert linked("see :attr:`foxden.clouds.base.Cluster.providers`") == "see `foxden.clouds.base.Cluster.providers`"


def places(text: str) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", [page.name for page in REPO.glob("*.md")])
def test_pages_outside_of_the_site_lead_to_what_is_there(page: str) -> None:
    for target, place in re.findall(r"\]\(((?!\w+:)[^)#]*)#?([^)]*)\)", (REPO / page).read_text()):
        file = REPO / (target or page)
        assert file.exists(), target
        assert not place or place in places(file.read_text()), f"{target}#{place}"


def test_the_first_page_leads_to_every_page_but_the_reference_and_the_decisions() -> None:
    docs = REPO / "docs"
    pages = [docs / page for page in re.findall(r"\]\(([\w/-]+\.md)", (docs / "index.md").read_text())]
    apart = {docs / "reference", docs / "decisions"}
    assert [page for page in docs.rglob("*.md") if page.parent not in apart and page not in pages] == [
        docs / "index.md"
    ]
