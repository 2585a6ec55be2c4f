"""``nomad:index/aclPolicy:AclPolicy``: rules, and the job, group or task whose identity gets them."""

from collections.abc import Iterable
from typing import Any

from local.plugins.checking import Problem
from local.plugins.contract import Call, Found, Handler
from local.plugins.errors import ServerError
from local.plugins.nomad.client import Nomad, explain, part
from local.plugins.schema import Property, Record, Table
from local.plugins.wire import UNKNOWN, Values

_JOB_ACL = Record((Property("namespace", default="default"), Property("jobId"), Property("group"), Property("task")))
_API_NAMES = {"namespace": "Namespace", "jobId": "JobID", "group": "Group", "task": "Task"}


class AclPolicyHandler(Handler[Nomad]):
    """The id is the policy's name."""

    type = "nomad:index/aclPolicy:AclPolicy"
    table = Table(
        (
            Property("name", autoname=True, replaces=True),
            Property("description"),
            Property("rulesHcl", required=True),
            Property("jobAcl", _JOB_ACL),
        )
    )

    def problems(self, inputs: Values) -> Iterable[Problem]:
        job_acl = inputs.get("jobAcl")
        if job_acl is None or job_acl is UNKNOWN:
            return
        if job_acl.get("group") and not job_acl.get("jobId"):
            yield Problem("jobAcl.group", "job ID must be set to set group")
        if job_acl.get("task") and not job_acl.get("group"):
            yield Problem("jobAcl.task", "group must be set to set task")

    def create(self, call: Call[Nomad], inputs: Values) -> Found:
        return Found(inputs["name"], self._write(call.client, inputs, "inserting"))

    def update(self, call: Call[Nomad], resource_id: str, state: Values, inputs: Values) -> Values:
        return self._write(call.client, inputs, "updating")

    def read(self, call: Call[Nomad], resource_id: str, state: Values) -> Found | None:
        outputs = _read(call.client, resource_id)
        return Found(resource_id, outputs) if outputs is not None else None

    def delete(self, call: Call[Nomad], resource_id: str, state: Values) -> None:
        try:
            call.client.http.request("DELETE", _path(resource_id), call.client.where())
        except ServerError as error:
            if error.status != 404:
                raise explain(f'error deleting ACLPolicy "{resource_id}"', error) from error

    def _write(self, client: Nomad, inputs: Values, doing: str) -> Values:
        name = inputs["name"]
        body: dict[str, Any] = {
            "Name": name,
            "Description": inputs.get("description", ""),
            "Rules": inputs["rulesHcl"],
        }
        job_acl = inputs.get("jobAcl")
        if job_acl:
            body["JobACL"] = {api: job_acl.get(ours, "") for ours, api in _API_NAMES.items()}
        try:
            client.http.request("POST", _path(name), client.where(), body)
        except ServerError as error:
            raise explain(f'error {doing} ACLPolicy "{name}"', error) from error
        return _read(client, name) or inputs


def _path(name: str) -> str:
    return f"/v1/acl/policy/{part(name)}"


def _read(client: Nomad, name: str) -> Values | None:
    try:
        found = client.http.find(_path(name), client.where())
    except ServerError as error:
        raise explain(f'error reading ACLPolicy "{name}"', error) from error
    if found is None:
        return None
    job_acl = found.get("JobACL")
    return {
        "name": found["Name"],
        "description": found.get("Description") or "",
        "rulesHcl": found.get("Rules") or "",
        "jobAcl": {ours: job_acl.get(api) or "" for ours, api in _API_NAMES.items()} if job_acl else None,
    }
