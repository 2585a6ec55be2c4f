"""A Python module without what only people and checkers read, because every byte of user-data counts (pure)."""

import ast
import io
import tokenize
from collections.abc import Iterator
from functools import cache


@cache
def bare(text: str) -> str:
    """The module without docstrings, comments, empty lines, and the types of arguments and results.

    It does the same, on every version of Python. ASCII only.
    """
    text = _untyped(text)
    lines = text.splitlines()
    dropped = set(_documentation(ast.parse(text)))
    inside: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        first, column = token.start
        if token.type == tokenize.COMMENT:
            lines[first - 1] = lines[first - 1][:column].rstrip()
        elif token.type == tokenize.STRING:
            inside |= set(range(first + 1, token.end[0] + 1))
    left = [
        line if number in inside else _outdented(line)
        for number, line in enumerate(lines, 1)
        if number not in dropped and (line or number in inside)
    ]
    return "\n".join([*left, ""])


def _outdented(line: str) -> str:
    """One space for each four that a line begins with."""
    text = line.lstrip(" ")
    return " " * ((len(line) - len(text)) // 4) + text


def _untyped(text: str) -> str:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for first, last in sorted(_types(ast.parse(text), starts, text), reverse=True):
        text = text[:first] + text[last:]
    return text


def _types(tree: ast.Module, starts: list[int], text: str) -> Iterator[tuple[int, int]]:
    """From where to where each annotation goes, with the sign before it."""
    for node in ast.walk(tree):
        found = node.annotation if isinstance(node, ast.arg) else getattr(node, "returns", None)
        if isinstance(found, ast.expr):
            begin = starts[found.lineno - 1] + found.col_offset
            sign = ":" if isinstance(node, ast.arg) else " ->"
            yield text.rindex(sign, 0, begin), starts[(found.end_lineno or 0) - 1] + (found.end_col_offset or 0)


def _documentation(tree: ast.Module) -> Iterator[int]:
    """The lines of texts that nothing is done with, but where they are all that there is."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and len(body) > 1:
            for statement in body:
                alone = statement.value if isinstance(statement, ast.Expr) else None
                if isinstance(alone, ast.Constant) and isinstance(alone.value, str):
                    yield from range(statement.lineno, (statement.end_lineno or 0) + 1)
