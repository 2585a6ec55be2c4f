"""Values that are known now, and used only when other resources are there."""

import asyncio
from collections.abc import Iterable
from typing import Any, TypeVar, cast

import pulumi

Value = TypeVar("Value")


def after(value: pulumi.Output[Value], resources: Iterable[pulumi.Resource]) -> pulumi.Output[Value]:
    """The same value; what takes it is created after the resources, and deleted before them.

    It is as known as it was: an output of all of them would be unknown in a preview whenever one of them is new.
    """
    more = set(resources)

    async def both() -> set[pulumi.Resource]:
        return await value.resources() | more

    # Tasks, so that a program that fails leaves nothing behind that was never begun.
    parts = [asyncio.ensure_future(each) for each in (value.future(), value.is_known(), value.is_secret())]
    return pulumi.Output(both(), *cast(Any, parts))
