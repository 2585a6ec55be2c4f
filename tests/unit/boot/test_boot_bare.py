"""What is left out of the node's program does nothing."""

import ast

import pytest

from foxden.boot.bare import bare
from foxden.boot.files import shipped, shipped_below

SAMPLE = '''\
"""A module."""

from typing import Any

TEXT = """one

    two  # no comment
"""
"""What it is."""


class Sample:  # a class
    """Documented."""

    field: int = 1

    def method(self, argument: "dict[str, Any]", *rest: int, other: str = "a # b", **more: Any) -> Any:
        """Documented."""
        value: int = 2

        def inner() -> None:
            """All there is."""

        return argument or value  # the value
'''
BARE = '''\
from typing import Any
TEXT = """one

    two  # no comment
"""
class Sample:
 field: int = 1
 def method(self, argument, *rest, other = "a # b", **more):
  value: int = 2
  def inner():
   """All there is."""
  return argument or value
'''


class Undone(ast.NodeTransformer):
    """Takes out of a tree what is allowed to go."""

    def visit(self, node: ast.AST) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        body = getattr(node, "body", None)
        if isinstance(body, list) and len(body) > 1:
            node.body = [each for each in body if not _is_text(each)]  # type: ignore[attr-defined]
        return node


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def test_a_module_is_left_with_what_it_does() -> None:
    assert bare(SAMPLE) == BARE


@pytest.mark.parametrize("name", shipped_below("node", ".py"))
def test_the_program_does_the_same(name: str) -> None:
    text = shipped(name)
    assert text.isascii()
    assert ast.dump(ast.parse(bare(text))) == ast.dump(Undone().visit(ast.parse(text)))


@pytest.mark.parametrize("name", shipped_below("node", ".py"))
def test_the_program_is_written_for_the_oldest_python_that_nodes_have(name: str) -> None:
    ast.parse(bare(shipped(name)), feature_version=(3, 10))
    assert not {"UTC", "StrEnum", "tomllib", "Self"} & set(shipped(name).replace(".", " ").split())
