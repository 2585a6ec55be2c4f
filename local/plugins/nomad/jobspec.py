"""Job specifications: from the text a program gives to the JSON that Nomad's API takes, and what it says of itself."""

import json
from typing import Any

from local.plugins.errors import Failure, ServerError
from local.plugins.nomad.client import DEFAULT_NAMESPACE, Nomad
from local.plugins.wire import Values

Job = dict[str, Any]
"""A job in the form of Nomad's API."""


_KEPT_BY_SERVER = frozenset(
    [
        "ConsulNamespace",
        "CreateIndex",
        "Dispatched",
        "DispatchIdempotencyToken",
        "JobModifyIndex",
        "ModifyIndex",
        "NomadTokenID",
        "ParentID",
        "Payload",
        "Stable",
        "Status",
        "StatusDescription",
        "Stop",
        "SubmitTime",
        "VaultNamespace",
        "Version",
        "VersionTag",
    ]
)
"""What Nomad keeps with a job, and a job that is submitted does not say."""


def parse(client: Nomad, inputs: Values) -> Job:
    """The job of ``jobspec``: JSON is read here, HCL by the server. Raises Failure with the parser's words."""
    source = inputs["jobspec"]
    return parse_json(source) if inputs.get("json") else _parse_hcl(client, source, inputs)


def parse_json(source: str) -> Job:
    """A JSON job, with or without the ``Job`` around it that ``nomad job run -output`` writes."""
    try:
        found = json.loads(source)
    except ValueError as error:
        raise Failure(f"error parsing jobspec: {error}") from error
    job = found.get("Job", found) if isinstance(found, dict) else None
    if not isinstance(job, dict) or not job.get("ID"):
        raise Failure("error parsing jobspec: input JSON is not a valid Nomad jobspec")
    return job


def namespace_of(job: Job) -> str:
    """Where the job belongs."""
    return job.get("Namespace") or DEFAULT_NAMESPACE


def same(old: str, new: str) -> bool:
    """Whether two JSON texts say the same: absent and null are one, order and spacing are nothing."""
    if old == new:
        return True
    try:
        return bool(_without_nulls(parse_json(old)) == _without_nulls(parse_json(new)))
    except Failure:
        return False


def written(job: Job) -> str:
    """A registered job as the text of a ``jobspec``: without what the server keeps beside it."""
    return json.dumps(_without_nulls({key: item for key, item in job.items() if key not in _KEPT_BY_SERVER}))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def keep_counts(job: Job, running: Job | None) -> Job:
    """The job with the counts that its groups have now (what ``preserveCounts`` asks for)."""
    counts = {group["Name"]: group.get("Count") for group in (running or {}).get("TaskGroups") or []}
    groups = [
        {**group, "Count": counts[group["Name"]]} if counts.get(group.get("Name")) is not None else group
        for group in job.get("TaskGroups") or []
    ]
    return {**job, "TaskGroups": groups}


def submission(inputs: Values) -> Values:
    """The text as written, which Nomad keeps beside the job, so that a later read gets it back."""
    variables = (inputs.get("hcl2") or {}).get("vars") or {}
    return {
        "Source": inputs["jobspec"],
        "Format": "json" if inputs.get("json") else "hcl2",
        "VariableFlags": variables or None,
    }


def _parse_hcl(client: Nomad, source: str, inputs: Values) -> Job:
    variables: dict[str, str] = (inputs.get("hcl2") or {}).get("vars") or {}
    # A variable's text is a string, or an expression when it is declared as a list or an object. Only the server knows
    # the declarations, and it turns strings into numbers and bools itself: so strings first, then expressions.
    as_strings = [f"{name} = {json.dumps(value)}" for name, value in variables.items()]
    as_written = [
        f"{name} = {value if value.lstrip()[:1] in ('[', '{') else json.dumps(value)}"
        for name, value in variables.items()
    ]
    try:
        return _ask_parser(client, source, as_strings)
    except ServerError as error:
        if as_written == as_strings:
            raise Failure(f"error parsing jobspec: {error}") from error
    try:
        return _ask_parser(client, source, as_written)
    except ServerError as error:
        raise Failure(f"error parsing jobspec: {error}") from error


def _ask_parser(client: Nomad, source: str, variables: list[str]) -> Job:
    body = {"JobHCL": source, "Canonicalize": True, "Variables": "\n".join(variables)}
    job: Job = client.http.request("POST", "/v1/jobs/parse", client.where(), body).body
    return job
