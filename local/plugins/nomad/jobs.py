"""Nomad's jobs API: what is registered, what a registration would change, what was submitted."""

from typing import Any

from local.plugins.errors import Failure, OperationError, ServerError
from local.plugins.nomad import jobspec
from local.plugins.nomad.client import Nomad, explain, part
from local.plugins.nomad.jobspec import Job
from local.plugins.nomad.state import outputs_of
from local.plugins.wire import Values

Where = dict[str, str]
"""Query parameters: region and namespace."""


def place(client: Nomad, job: Job) -> Where:
    """Where a job belongs: its own namespace, and its own region when it names one."""
    return client.where(jobspec.namespace_of(job), job.get("Region") or "")


def info(client: Nomad, job_id: str, where: Where) -> Job | None:
    """The job as it is registered now; None when there is none."""
    try:
        found: Job | None = client.http.find(f"/v1/job/{part(job_id)}", where)
    except ServerError as error:
        raise explain("error checking for job", error) from error
    return found


def register(client: Nomad, inputs: Values, job: Job) -> str:
    """Register it; returns the evaluation to follow (empty for periodic and parameterized jobs)."""
    body = {
        "Job": {**job, "Namespace": jobspec.namespace_of(job)},
        "PolicyOverride": bool(inputs.get("policyOverride")),
        "PreserveCounts": bool(inputs.get("preserveCounts")),
        "Submission": jobspec.submission(inputs),
    }
    try:
        answer = client.http.request("POST", "/v1/jobs", place(client, job), body).body
    except ServerError as error:
        raise explain("error applying jobspec", error) from error
    return str(answer.get("EvalID") or "")


def deregister(client: Nomad, job_id: str, where: Where, purge: bool) -> None:
    """Stop it, and with ``purge`` forget it. Already gone is fine."""
    try:
        client.http.request("DELETE", f"/v1/job/{part(job_id)}", {**where, "purge": "true" if purge else None})
    except ServerError as error:
        if error.status != 404:
            raise explain("error deregistering job", error) from error


def children(client: Nomad, job_id: str, where: Where) -> list[str]:
    """The ids of the runs that a periodic or parameterized job has launched."""
    found = client.http.get("/v1/jobs", {**where, "prefix": f"{job_id}/"}) or []
    return [child["ID"] for child in found if child.get("ParentID") == job_id]


def changes_nothing(client: Nomad, inputs: Values, job: Job, modify_index: str) -> bool:
    """Whether registering the job would leave everything as it is, the server being where we last saw it."""
    try:
        plan = _plan(client, inputs, job)
    except ServerError:  # a namespace still to come, or a job that will be refused: registering tells
        return False
    return str(plan.get("JobModifyIndex")) == modify_index and (plan.get("Diff") or {}).get("Type") == "None"


def _plan(client: Nomad, inputs: Values, job: Job) -> dict[str, Any]:
    where = place(client, job)
    if inputs.get("preserveCounts"):
        job = jobspec.keep_counts(job, info(client, job["ID"], where))
    body = {"Job": job, "Diff": True, "PolicyOverride": bool(inputs.get("policyOverride"))}
    plan: dict[str, Any] = client.http.request("POST", f"/v1/job/{part(job['ID'])}/plan", where, body).body
    return plan


def outputs(client: Nomad, job: Job, where: Where, inputs: Values) -> Values:
    """All computed outputs of a registered job but those of its deployment."""
    ids: list[str] = []
    if inputs.get("readAllocationIds"):
        ids = [found["ID"] for found in client.http.get(f"/v1/job/{part(job['ID'])}/allocations", where) or []]
    return {**outputs_of(job), "allocationIds": ids}


def live_specification(client: Nomad, job: Job, where: Where, state: Values) -> Values:
    """``jobspec``, ``json`` and ``hcl2`` as they are now, with nothing in it when the state has them right.

    Nomad keeps the text that was submitted with each version; a version made otherwise (``nomad job scale``, another
    tool) has none, and is then shown as the job itself, if it really differs from the state's.
    """
    query = {**where, "version": job.get("Version")}
    submitted = client.http.find(f"/v1/job/{part(job['ID'])}/submission", query) or {}
    if submitted.get("Source") and submitted["Source"] != state.get("jobspec"):
        source: Values = {"jobspec": submitted["Source"], "json": submitted.get("Format") == "json"}
        variables = submitted.get("VariableFlags")
        return {**source, "hcl2": {"allowFs": False, "vars": variables}} if variables else source
    if state.get("jobspec") and (job.get("Stop") or not _drifted(client, state)):
        return {}
    return {"jobspec": jobspec.written(job), "json": True}


def _drifted(client: Nomad, state: Values) -> bool:
    """Whether the job that runs is another than the state says (a stopped one differs in nothing but that)."""
    try:
        plan = _plan(client, state, jobspec.parse(client, state))
    except OperationError:
        return False
    return (plan.get("Diff") or {}).get("Type") not in (None, "None")


def never_worked(client: Nomad, job_id: str, where: Where) -> bool:
    """Whether no version of the job has ever been deployed successfully."""
    found = client.http.find(f"/v1/job/{part(job_id)}/versions", where) or {}
    versions = found.get("Versions") or []
    if not versions:
        raise Failure(f"job '{job_id}' has no versions")
    return not any(version.get("Stable") for version in versions)
