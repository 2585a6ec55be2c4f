"""The examples of tutorials and how-tos: each says which file it is, or is of commands, or of what is said."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.paths import REPO

DOCS = REPO / "docs"
PAGES = ["how-to", *sorted(f"tutorials/{page.stem}" for page in (DOCS / "tutorials").glob("*.md"))]
BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One example."""

    page: str
    language: str
    title: str
    """The file that it is, or a part of it; '' where it is none."""
    text: str


def text_of(page: str) -> str:
    """All of a page."""
    return (DOCS / f"{page}.md").read_text()


def blocks(page: str) -> Iterator[Block]:
    """All of a tutorial's, in their order."""
    for language, title, text in BLOCK.findall(text_of(page)):
        yield Block(page, language, title, text)


def titled(page: str, title: str) -> list[str]:
    """The texts of a tutorial's blocks that are of a file."""
    return [block.text for block in blocks(page) if block.title == title]


def written(page: str, folder: Path) -> None:
    """Write down the files of a tutorial, the last state of each."""
    for block in blocks(page):
        if block.title:
            file = folder / block.title
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text)
