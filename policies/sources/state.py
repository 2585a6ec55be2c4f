"""Resources of a state that Pulumi has exported (``pulumi stack export``), or keeps in a file of its own."""

import json
from collections.abc import Mapping
from typing import Any

from google.protobuf import json_format, struct_pb2

from foxden.errors import InvalidInput, Problem
from policies.model import STACK_TYPE, Resource
from policies.sources import inputs, parent


def read_state(text: str) -> tuple[Resource, ...]:
    """The resources of a state, in its order, without the stack itself and what is only left to be deleted.

    Nobody needs its passphrase: no rule reads what is secret. Raises InvalidInput for what is no state.
    """
    try:
        given = json.loads(text)
        deployment = given["deployment"] if "deployment" in given else given["checkpoint"]["latest"]
        found = (deployment or {}).get("resources") or []
        return tuple(_resource(each) for each in found if each["type"] != STACK_TYPE and not each.get("delete"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput([Problem("state", f"must be what `pulumi stack export` writes ({error!r})")]) from None


def _resource(given: Mapping[str, Any]) -> Resource:
    return Resource(
        type=given["type"],
        name=given["urn"].rpartition("::")[2],
        urn=given["urn"],
        props=inputs(json_format.ParseDict(given.get("inputs") or {}, struct_pb2.Struct())),
        parent=parent(given.get("parent") or ""),
        protect=bool(given.get("protect")),
        component=not given.get("custom"),
    )
