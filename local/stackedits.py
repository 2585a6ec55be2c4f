"""Changes a value of a file in YAML and nothing else: comments, order and quotes stay (pure)."""

from collections.abc import Sequence
from typing import Any

import yaml

from local.errors import LocalError


def with_text(content: str, path: Sequence[str], value: str) -> str:
    """The file's content with a text at a path of keys, there before or not.

    ``value`` must need no escape in double quotes. LocalError where it can't be put there without a change of anything
    else, such as below a list or by way of an alias.
    """
    try:
        changed = _changed(content, path, f'"{value}"')
        if yaml.safe_load(changed) == _wanted(yaml.safe_load(content), path, value):
            return changed
    except (yaml.YAMLError, TypeError, AttributeError):  # no YAML, or no mapping where one must be
        pass
    raise LocalError(f'{".".join(path)} can\'t be written in this form of the file: put "{value}" there by hand')


def _wanted(known: Any, path: Sequence[str], value: str) -> Any:
    if not path:
        return value
    below = {} if known is None else known
    return {**below, path[0]: _wanted(below.get(path[0]), path[1:], value)}


def _changed(content: str, path: Sequence[str], quoted: str) -> str:
    node: Any = yaml.compose(content, Loader=yaml.SafeLoader)
    for depth, key in enumerate(path):
        if not isinstance(node, yaml.MappingNode):
            return _replaced(content, node, f"{{{_entry(path[depth:], quoted)}}}")
        below = next((item for name, item in node.value if name.value == key), None)
        if below is None:
            return _inserted(content, node, _entry(path[depth:], quoted))
        node = below
    return _replaced(content, node, quoted)


def _entry(path: Sequence[str], quoted: str) -> str:
    """``a: {b: "value"}``."""
    *above, last = path
    entry = f"{last}: {quoted}"
    for key in reversed(above):
        entry = f"{key}: {{{entry}}}"
    return entry


def _replaced(content: str, node: yaml.Node, text: str) -> str:
    start, end = node.start_mark.index, node.end_mark.index
    # What is empty begins right behind its colon.
    return f"{content[:start]}{' ' if start == end else ''}{text}{content[end:]}"


def _inserted(content: str, mapping: yaml.MappingNode, entry: str) -> str:
    """A new entry as the last one of a mapping."""
    if not mapping.value:
        at = mapping.start_mark.index + 1
        return content[:at] + entry + content[at:]
    if mapping.flow_style:
        at = mapping.value[-1][1].end_mark.index
        return f"{content[:at]}, {entry}{content[at:]}"
    last: yaml.Node = mapping
    while isinstance(last, yaml.CollectionNode) and not last.flow_style:
        last = last.value[-1][1] if isinstance(last, yaml.MappingNode) else last.value[-1]
    # A text of lines ends behind its last line break, all else before: in any case the line is left whole.
    at = content.find("\n", last.end_mark.index - 1)
    at = len(content) if at < 0 else at
    return f"{content[:at]}\n{' ' * mapping.value[0][0].start_mark.column}{entry}{content[at:]}"
