"""The rules of the house that a program can check. CONTRIBUTING.md says why they are there."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import foxden
from local.paths import REPO

LIBRARY = REPO / "components" / "foxden"
FOLDERS = ("components", "stacks", "local", "tests", "bench", "documents", "examples", "policies", "review")
LONGEST_MODULE = 300
LONGEST_CONSTRUCTOR = 60
MARKERS = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error")


def modules(*folders: str) -> list[Path]:
    """All modules below these folders of the repository."""
    found = [file for folder in folders for file in sorted((REPO / folder).rglob("*.py"))]
    return [file for file in found if not {".venv", "build", "__pycache__"} & set(file.parts)]


@cache
def tree(file: Path) -> ast.Module:
    """The module, parsed."""
    return ast.parse(file.read_text(), str(file))


@cache
def nodes(file: Path) -> list[ast.AST]:
    """All that is in the module."""
    return list(ast.walk(tree(file)))


def where(file: Path, node: ast.AST) -> str:
    """For people: ``components/foxden/errors.py:7``."""
    return f"{file.relative_to(REPO)}:{getattr(node, 'lineno', 0)}"


def imports(file: Path, *, nested: bool = True) -> Iterator[tuple[ast.AST, str]]:
    """Every module that is imported; without ``nested`` only what is imported with the module itself."""
    pending: list[ast.AST] = [tree(file)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, "." * node.level + (node.module or "")
        if nested or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            pending.extend(ast.iter_child_nodes(node))


def is_sdk(module: str) -> bool:
    """Whether it is the SDK of a provider."""
    return module.startswith("pulumi_") or module.split(".")[0] in ("boto3", "kubernetes", "docker", "nomad", "consul")


def named(node: ast.AST) -> str:
    """The last name in an expression: ``args["scheduler"]`` and ``connection.scheduler`` are ``scheduler``."""
    if isinstance(node, ast.Subscript):
        return named(node.slice)
    if isinstance(node, ast.Constant):
        return str(node.value)
    return str(getattr(node, "attr", "") or getattr(node, "id", ""))


def test_the_core_imports_no_sdk_of_a_provider() -> None:
    apart = {"schedulers", "clouds", "files"}  # what is in files/ is put on nodes, and is a program of its own
    pure = [file for file in modules("components") if not apart & set(file.parts)]
    assert len(pure) > 10
    assert [where(file, node) for file in pure for node, name in imports(file) if is_sdk(name)] == []


def test_an_sdk_is_imported_where_it_is_needed_and_never_with_a_module() -> None:
    found = [
        (file, node) for file in modules("components") for node, name in imports(file, nested=False) if is_sdk(name)
    ]
    assert [where(file, node) for file, node in found] == []


@pytest.mark.parametrize("word", ["scheduler", "cloud"])
def test_a_table_chooses_and_no_if(word: str) -> None:
    home = f"{word}s"
    elsewhere = [file for file in modules("components", "stacks") if home not in file.parts]
    found = []
    for file in elsewhere:
        for node in nodes(file):
            sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
            sides = [node.subject] if isinstance(node, ast.Match) else sides
            texts = [side for side in sides if isinstance(side, ast.Constant) and isinstance(side.value, str)]
            others = [side for side in sides if side not in texts]
            if (texts or isinstance(node, ast.Match)) and any(word in named(side).lower() for side in others):
                found.append(where(file, node))
    assert found == []


def test_components_read_no_configuration_no_other_stack_and_no_environment() -> None:
    forbidden = {"Config", "StackReference", "get_stack", "get_project", "environ", "getenv"}
    used = [
        where(file, node)
        for file in modules("components")
        if "files" not in file.parts  # a program of its own, that runs on nodes
        for node in nodes(file)
        if isinstance(node, ast.Attribute | ast.Name) and named(node) in forbidden
    ]
    assert used == []


def test_nothing_in_the_library_imports_what_is_built_with_it() -> None:
    above = ("stacks", "local", "tests", "bench", "documents", "policies", "review")
    found = [
        where(file, node)
        for file in modules("components")
        for node, name in imports(file)
        if name.split(".")[0] in above
    ]
    assert found == []
    assert [where(file, node) for file in modules("local") for node, name in imports(file) if name == "stacks"] == []


def test_modules_are_short() -> None:
    lengths = {str(file.relative_to(REPO)): len(file.read_text().splitlines()) for file in modules(*FOLDERS)}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_constructors_of_components_only_create_resources() -> None:
    long = [
        where(file, node)
        for file in modules("components")
        for node in nodes(file)
        if isinstance(node, ast.FunctionDef) and node.name == "__init__"
        if (node.end_lineno or 0) - node.lineno > LONGEST_CONSTRUCTOR
    ]
    assert long == []


def test_everything_public_in_the_library_is_documented() -> None:
    silent = []
    for file in modules("components"):
        if not ast.get_docstring(tree(file)):
            silent.append(where(file, tree(file)))
        for node in _public(tree(file)):
            if not ast.get_docstring(node):
                silent.append(f"{where(file, node)} {node.name}")
    assert silent == []


def _public(node: ast.AST) -> Iterator[ast.ClassDef | ast.FunctionDef]:
    for child in getattr(node, "body", []):
        if isinstance(child, ast.ClassDef | ast.FunctionDef) and not child.name.startswith("_"):
            yield child
            if isinstance(child, ast.ClassDef):
                yield from _public(child)


def test_every_field_of_args_and_every_output_and_choice_is_documented() -> None:
    silent = []
    for file in modules("components"):
        for kind in (node for node in nodes(file) if isinstance(node, ast.ClassDef)):
            bases = {named(base) for base in kind.bases}
            args_or_choice = "TypedDict" in bases or "StrEnum" in bases or kind.name.endswith("Args")
            if not (args_or_choice or "ComponentResource" in bases):
                continue
            for field, after in zip(kind.body, [*kind.body[1:], None], strict=True):
                declared = isinstance(field, ast.AnnAssign) or (isinstance(field, ast.Assign) and "StrEnum" in bases)
                told = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
                if declared and not told:
                    silent.append(where(file, field))
    assert silent == []


def test_data_is_frozen() -> None:
    found = [
        (file, decorator)
        for file in modules("components", "stacks")
        for node in nodes(file)
        if isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
        if "dataclass" in ast.unparse(decorator)
    ]
    assert len(found) > 10
    assert [where(file, each) for file, each in found if "frozen=True" not in ast.unparse(each)] == []


def test_the_public_names_are_sorted_and_complete() -> None:
    classes = [name for name in foxden.__all__ if name[0].isupper()]
    functions = [name for name in foxden.__all__ if name[0].islower()]
    assert foxden.__all__ == sorted(classes) + sorted(functions)
    brought = {
        alias.asname or alias.name
        for node in tree(LIBRARY / "__init__.py").body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert brought == set(foxden.__all__)


def test_every_type_of_a_public_description_is_public() -> None:
    forms = {
        node.name
        for file in modules("components")
        if not {"schedulers", "boot"} & set(file.parts)
        for node in nodes(file)
        if isinstance(node, ast.ClassDef)
        and {"TypedDict", "StrEnum", "ComponentResource"} & {named(base) for base in node.bases}
    }
    assert forms <= set(foxden.__all__)


def test_importing_the_library_imports_no_scheduler_and_no_sdk() -> None:
    code = "import sys, foxden; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPO, capture_output=True, text=True, timeout=60, check=True
    )
    loaded = done.stdout.split()
    assert "foxden" in loaded
    assert [name for name in loaded if is_sdk(name) or re.match(r"foxden\.schedulers\.(?!base$)", name)] == []


def test_component_modules_keep_to_what_a_schema_can_be_made_from() -> None:
    found = []
    for file in modules("components"):
        for node in nodes(file):
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                found.append(where(file, node))
            if isinstance(node, ast.Name) and node.id == "Literal":
                found.append(where(file, node))
    assert found == []


def test_no_test_is_skipped_expected_to_fail_or_asleep() -> None:
    forbidden = {"skip", "skipif", "skipUnless", "skipIf", "SkipTest", "xfail", "importorskip"}
    words = re.compile("|".join(sorted({*forbidden, "sleep"})))
    found = []
    # To parse all tests takes seconds: those that have none of the words can't use one.
    for file in (file for file in modules("tests") if words.search(file.read_text())):
        for node in nodes(file):
            if isinstance(node, ast.Attribute | ast.Name) and named(node) in forbidden:
                found.append(where(file, node))
            sleeps = isinstance(node, ast.Call) and named(node.func) == "sleep" and not _polls(node)
            if sleeps and {"unit", "graph", "contract"} & set(file.relative_to(REPO).parts):
                found.append(where(file, node))
    assert found == []


def _polls(call: ast.Call) -> bool:
    """Whether it waits a moment before it looks again, in place of hoping that a time is long enough."""
    seconds = call.args[0] if call.args else None
    return isinstance(seconds, ast.Constant) and isinstance(seconds.value, int | float) and seconds.value <= 0.5


def test_nothing_is_left_for_later() -> None:
    texts = [*modules(*FOLDERS), *REPO.glob("*.md"), *(REPO / "docs").rglob("*.md")]
    pattern = re.compile("|".join(rf"\b{marker}\b" for marker in MARKERS))
    assert [str(file.relative_to(REPO)) for file in texts if pattern.search(file.read_text())] == []
