"""Joins what may be known late (outputs of other resources) with what must be checked now."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast

import pulumi

from foxden.connection import PRIVATE, PRIVATE_OPTIONS, Connection, ConnectionArgs
from foxden.errors import Problem, check
from foxden.service.reader import UNKNOWN

Result = TypeVar("Result")


def as_output(value: pulumi.Input[Result]) -> pulumi.Output[Result]:
    """An output as it is, or one of a plain value, in one piece: ``Output.from_input`` makes one of each in it."""
    if isinstance(value, pulumi.Output):
        return value
    if not isinstance(value, (dict, list)) or not value:
        return pulumi.Output.from_input(value)

    async def itself() -> Result:
        return cast(Result, value)

    async def known() -> bool:
        return True

    return pulumi.Output(set(), itself(), known())


def has_outputs(value: Any) -> bool:
    """Whether any value in the tree is an output of a resource."""
    return any(True for _ in _outputs(value))


def placeholders(value: Any) -> Any:
    """The same tree with an unknown text in the place of every output."""
    return _replaced(value, lambda _: UNKNOWN)


def when_known(subject: str, tree: Mapping[str, Any], render: Callable[[Any], Result]) -> pulumi.Output[Result]:
    """``render(tree)`` as an output, when all outputs in the tree are known.

    A tree that holds a Pulumi secret is refused: what is rendered can be read by everybody who may read jobs.
    """
    leaves = list(_outputs(tree))

    def refuse_secrets(secret: list[bool]) -> None:
        check(Problem(subject, f"{path} {_REFUSED}") for (path, _), yes in zip(leaves, secret, strict=True) if yes)

    def render_known(both: list[Any]) -> Result:
        known = {id(output): value for (_, output), value in zip(leaves, both[0], strict=True)}
        return render(_replaced(tree, lambda output: known[id(output)]))

    # The leaves alone become an output: Pulumi would make one of every plain value in the tree.
    values = pulumi.Output.all(*[output for _, output in leaves])
    # Whether they are secret is known even where they are not.
    public_all = pulumi.Output.all(*[output.is_secret() for _, output in leaves]).apply(refuse_secrets)
    return cast("pulumi.Output[Result]", pulumi.Output.all(values, public_all).apply(render_known))


_REFUSED = "is a Pulumi secret, and others could read it there; give it to the environment, and name it under secrets"


def _outputs(value: Any, path: str = "") -> Iterator[tuple[str, pulumi.Output[Any]]]:
    """Every output in the tree, with where it is."""
    if isinstance(value, pulumi.Output):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _outputs(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        for position, item in enumerate(value):
            yield from _outputs(item, f"{path}[{position}]")


def _replaced(value: Any, known: Callable[[pulumi.Output[Any]], Any]) -> Any:
    if isinstance(value, pulumi.Output):
        return known(value)
    if isinstance(value, Mapping):
        return {key: _replaced(item, known) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_replaced(item, known) for item in value]
    return value


def public(connection: ConnectionArgs) -> dict[str, Any]:
    """A connection without its credentials, and without what else only a provider needs."""
    facts: dict[str, Any] = dict(connection)
    facts = {key: value for key, value in facts.items() if key not in PRIVATE and value is not None}
    if isinstance(facts.get("options"), Mapping):
        facts["options"] = {key: value for key, value in facts["options"].items() if key not in PRIVATE_OPTIONS}
    return facts


def known_connection(values: Mapping[str, Any]) -> Connection:
    """The frozen form of a :func:`public` connection whose values are known."""
    given = {key: value for key, value in values.items() if value is not None}
    scheme = given.get("ingress_scheme", "https")
    port = int(given.get("ingress_port", 443 if scheme == "https" else 80))
    return Connection(**{**given, "ingress_scheme": scheme, "ingress_port": port})
