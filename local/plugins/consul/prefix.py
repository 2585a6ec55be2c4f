"""``consul:index/keyPrefix:KeyPrefix``: all keys below a prefix, and nothing else there."""

from local.plugins.consul.client import Consul, Pair
from local.plugins.contract import Call, Found, Handler
from local.plugins.errors import Failure, Incomplete
from local.plugins.schema import ListOf, MapOf, Property, Record, Scalar, Table
from local.plugins.wire import Values

_SUBKEY = Record(
    (
        Property("path", required=True),
        Property("value", required=True),
        Property("flags", Scalar.INTEGER, default=0),
    )
)


class KeyPrefixHandler(Handler[Consul]):
    """The id is the prefix."""

    type = "consul:index/keyPrefix:KeyPrefix"
    table = Table(
        (
            Property("pathPrefix", required=True, replaces=True),
            Property("subkeys", MapOf(Scalar.STRING)),
            Property("subkeyCollection", ListOf(_SUBKEY, ordered=False)),
            Property("datacenter", computed=True, replaces=True),
            Property("namespace", replaces=True),
            Property("partition", replaces=True),
            Property("token", secret=True),
        )
    )

    def create(self, call: Call[Consul], inputs: Values) -> Found:
        store = call.client.store(inputs)
        prefix = inputs["pathPrefix"]
        there = store.under(prefix)
        if there:  # somebody else's, perhaps: taking it over would delete what is not ours
            raise Failure(
                f"{len(there)} keys already exist under {prefix}; delete them before managing this prefix with Pulumi"
            )
        outputs = {**inputs, "datacenter": store.datacenter()}
        try:
            store.write({prefix + name: pair for name, pair in _wanted(inputs).items()})
        except Failure as error:
            raise Incomplete(prefix, {**outputs, "subkeys": {}, "subkeyCollection": []}, str(error)) from error
        return Found(prefix, outputs)

    def update(self, call: Call[Consul], resource_id: str, state: Values, inputs: Values) -> Values:
        store = call.client.store({**inputs, "datacenter": inputs.get("datacenter") or state.get("datacenter")})
        there, wanted = store.under(resource_id), _wanted(inputs)
        store.write(
            {resource_id + name: pair for name, pair in wanted.items() if there.get(name) != pair},
            [resource_id + name for name in there if name not in wanted],
        )
        return {**inputs, "datacenter": store.datacenter()}

    def read(self, call: Call[Consul], resource_id: str, state: Values) -> Found | None:
        store = call.client.store(state)
        there = store.under(resource_id)
        listed = {entry["path"] for entry in state.get("subkeyCollection") or []}
        outputs: Values = {name: state[name] for name in ("namespace", "partition", "token") if name in state}
        return Found(
            resource_id,
            outputs
            | {
                "pathPrefix": resource_id,
                "datacenter": store.datacenter(),
                "subkeys": {name: pair.value for name, pair in there.items() if name not in listed},
                "subkeyCollection": [
                    {"path": name, "value": pair.value, "flags": pair.flags}
                    for name, pair in there.items()
                    if name in listed
                ],
            },
        )

    def delete(self, call: Call[Consul], resource_id: str, state: Values) -> None:
        call.client.store(state).delete_under(resource_id)


def _wanted(inputs: Values) -> dict[str, Pair]:
    wanted = {name: Pair(value) for name, value in (inputs.get("subkeys") or {}).items()}
    listed = inputs.get("subkeyCollection") or []
    return wanted | {entry["path"]: Pair(entry["value"], entry.get("flags") or 0) for entry in listed}
