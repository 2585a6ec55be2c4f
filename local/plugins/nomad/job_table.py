"""The properties of ``nomad:index/job:Job``."""

from local.plugins.schema import ListOf, MapOf, Property, Record, Scalar, Table, Type

_HCL2 = Record((Property("allowFs", Scalar.BOOLEAN, default=False), Property("vars", MapOf(Scalar.STRING))))
_STRINGS = ListOf(Scalar.STRING)
_OBJECTS = ListOf(Record(()))

_INPUTS = (
    Property("jobspec", required=True),
    Property("json", Scalar.BOOLEAN),
    Property("hcl2", _HCL2),
    Property("detach", Scalar.BOOLEAN, default=True),
    Property("deregisterOnDestroy", Scalar.BOOLEAN, default=True),
    Property("deregisterOnIdChange", Scalar.BOOLEAN, default=True),
    Property("purgeOnDestroy", Scalar.BOOLEAN),
    Property("policyOverride", Scalar.BOOLEAN),
    Property("preserveCounts", Scalar.BOOLEAN),
    Property("readAllocationIds", Scalar.BOOLEAN, default=False),
    Property("rerunIfDead", Scalar.BOOLEAN, default=False),
)

_OUTPUTS: dict[str, Type] = {
    "allAtOnce": Scalar.BOOLEAN,
    "allocationIds": _STRINGS,
    "constraints": _OBJECTS,
    "createIndex": Scalar.INTEGER,
    "datacenters": _STRINGS,
    "deploymentId": Scalar.STRING,
    "deploymentStatus": Scalar.STRING,
    "modifyIndex": Scalar.STRING,
    "name": Scalar.STRING,
    "namespace": Scalar.STRING,
    "parentId": Scalar.STRING,
    "periodicConfigs": _OBJECTS,
    "priority": Scalar.INTEGER,
    "region": Scalar.STRING,
    "stable": Scalar.BOOLEAN,
    "status": Scalar.STRING,
    "statusDescription": Scalar.STRING,
    "stop": Scalar.BOOLEAN,
    "submitTime": Scalar.STRING,
    "taskGroups": _OBJECTS,
    "type": Scalar.STRING,
    "updateStrategies": _OBJECTS,
    "version": Scalar.INTEGER,
}

TABLE = Table((*_INPUTS, *(Property(name, kind, output=True) for name, kind in _OUTPUTS.items())))

SETTLED_BY_REGISTERING = frozenset(_OUTPUTS) - {"createIndex", "name", "namespace", "parentId", "region", "type"}
"""Outputs that another registration of the same job gives new values."""

DEFAULTS = {prop.name: prop.default for prop in _INPUTS if prop.default is not None}

SPECIFICATION = ("jobspec", "json", "hcl2")
"""The inputs that say what the job is; the others say how to deal with it."""
