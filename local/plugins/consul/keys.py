"""``consul:index/keys:Keys``: single keys, deleted only where ``delete`` says so."""

from collections.abc import Iterable

from local.plugins.checking import Problem
from local.plugins.consul.client import Consul, Pair, Store
from local.plugins.contract import Call, Found, Handler
from local.plugins.schema import ListOf, MapOf, Property, Record, Scalar, Table
from local.plugins.wire import Value, Values

_READING = "reading keys with this resource is deprecated; use the consul.get_keys function of the official plugin"
_KEY = Record(
    (
        Property("path", required=True),
        Property("value"),
        Property("flags", Scalar.INTEGER, default=0),
        Property("delete", Scalar.BOOLEAN, default=False),
        Property("name", unsupported=_READING),
        Property("default", unsupported=_READING),
    )
)


class KeysHandler(Handler[Consul]):
    """The id says nothing, it is always ``consul``: the keys are in the state."""

    type = "consul:index/keys:Keys"
    table = Table(
        (
            Property("keys", ListOf(_KEY, ordered=False)),
            Property("datacenter", computed=True, replaces=True),
            Property("namespace", replaces=True),
            Property("partition", replaces=True),
            Property("token", secret=True),
            Property("var", MapOf(Scalar.STRING), output=True),
        )
    )

    def problems(self, inputs: Values) -> Iterable[Problem]:
        keys = inputs.get("keys")
        paths = [key.get("path") for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
        for path in sorted({path for path in paths if isinstance(path, str) and paths.count(path) > 1}):
            yield Problem("keys", f"path '{path}' is given more than once")

    def create(self, call: Call[Consul], inputs: Values) -> Found:
        return Found("consul", self._write(call.client.store(inputs), {}, inputs))

    def update(self, call: Call[Consul], resource_id: str, state: Values, inputs: Values) -> Values:
        datacenter = inputs.get("datacenter") or state.get("datacenter")
        return self._write(call.client.store({**inputs, "datacenter": datacenter}), state, inputs)

    def read(self, call: Call[Consul], resource_id: str, state: Values) -> Found | None:
        store = call.client.store(state)
        keys = [_live(store, key) for key in state.get("keys") or []]
        return Found(resource_id, {**state, "keys": keys, "datacenter": store.datacenter(), "var": {}})

    def delete(self, call: Call[Consul], resource_id: str, state: Values) -> None:
        call.client.store(state).write({}, [key["path"] for key in state.get("keys") or [] if key.get("delete")])

    def _write(self, store: Store, state: Values, inputs: Values) -> Values:
        keys = inputs.get("keys") or []
        kept = {key["path"] for key in keys}
        gone = [key["path"] for key in state.get("keys") or [] if key.get("delete") and key["path"] not in kept]
        # An empty value writes nothing: that is how the official plugin tells a key that is only read.
        store.write({key["path"]: Pair(key["value"], key.get("flags") or 0) for key in keys if key.get("value")}, gone)
        return {**inputs, "datacenter": store.datacenter(), "var": {}}


def _live(store: Store, key: Value) -> Value:
    pair = store.get(key["path"]) or Pair("")
    return {**key, "flags": pair.flags, **({"value": pair.value} if key.get("value") else {})}
