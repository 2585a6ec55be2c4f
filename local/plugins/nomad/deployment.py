"""Waiting for what Nomad makes of a job: its evaluation, its deployment, its end."""

import time
from typing import Any

from local.plugins.errors import Failure, ServerError
from local.plugins.nomad.client import Nomad, part
from local.plugins.nomad.state import duration

_BLOCK_SECONDS = 3.0
"""How long one blocking query may hang: a cancellation is noticed after it."""

_RUNNING = ("running", "pending", "paused", "blocked", "unblocking", "initializing")
_ENDED = ("complete", "failed", "lost", "unknown")

Deployment = dict[str, Any]


def follow(client: Nomad, where: dict[str, str], evaluation_id: str, seconds: float) -> Deployment | None:
    """Wait for the evaluation and then for the deployment it made, if the job has one.

    Returns the successful deployment, None for a job without one (batch, system, periodic, no update block). Raises
    Failure with Nomad's words when it fails or ``seconds`` are over.
    """
    limit = time.monotonic() + seconds
    evaluation = _follow_evaluation(client, where, evaluation_id, limit, seconds)
    if not evaluation.get("DeploymentID"):
        return None
    return _follow_deployment(client, where, evaluation["DeploymentID"], limit, seconds)


def latest(client: Nomad, where: dict[str, str], job_id: str) -> Deployment | None:
    """The last deployment of the job, None when it never had one."""
    found: Deployment | None = client.http.find(f"/v1/job/{part(job_id)}/deployment", where)
    return found


def instances(client: Nomad, where: dict[str, str], job_id: str) -> list[str]:
    """The allocations of a job that have not ended."""
    found = client.http.get(f"/v1/job/{part(job_id)}/allocations", where) or []
    return [allocation["ID"] for allocation in found if allocation["ClientStatus"] not in _ENDED]


def wait_for_end(client: Nomad, where: dict[str, str], allocation_ids: list[str], seconds: float) -> None:
    """Wait until these instances of a stopped job have ended."""
    limit = time.monotonic() + seconds
    for allocation_id in allocation_ids:
        index, status = 0, ""
        while status not in _ENDED:
            if time.monotonic() > limit:
                raise Failure(f"timeout while waiting for instance '{allocation_id}' to end (last state: '{status}')")
            path = f"/v1/allocation/{part(allocation_id)}"
            try:
                answer = client.http.request("GET", path, _blocking(where, index), wait=_BLOCK_SECONDS)
            except ServerError as error:
                if error.status == 404:
                    break
                raise
            index, status = answer.index, answer.body["ClientStatus"]


def _follow_evaluation(
    client: Nomad, where: dict[str, str], evaluation_id: str, limit: float, seconds: float
) -> dict[str, Any]:
    index = 0
    while True:
        answer = client.http.request(
            "GET", f"/v1/evaluation/{part(evaluation_id)}", _blocking(where, index), wait=_BLOCK_SECONDS
        )
        evaluation: dict[str, Any] = answer.body
        if evaluation["Status"] in ("failed", "canceled", "cancelled"):
            raise Failure(f"error waiting for evaluation: evaluation failed: {evaluation.get('StatusDescription')}")
        if evaluation["Status"] == "complete":
            if not evaluation.get("NextEval"):
                return evaluation
            evaluation_id, index = evaluation["NextEval"], 0
            continue
        _check_time("error waiting for evaluation", "evaluation_complete", evaluation["Status"], limit, seconds)
        index = answer.index


def _follow_deployment(
    client: Nomad, where: dict[str, str], deployment_id: str, limit: float, seconds: float
) -> Deployment:
    index = 0
    while True:
        answer = client.http.request(
            "GET", f"/v1/deployment/{part(deployment_id)}", _blocking(where, index), wait=_BLOCK_SECONDS
        )
        deployment: Deployment = answer.body
        if deployment["Status"] == "successful":
            return deployment
        if deployment["Status"] not in _RUNNING:
            raise Failure(
                f"error waiting for deployment: deployment '{deployment['ID']}' terminated with status "
                f"'{deployment['Status']}': '{deployment.get('StatusDescription')}'"
            )
        _check_time("error waiting for deployment", "deployment_successful", deployment["Status"], limit, seconds)
        index = answer.index


def _blocking(where: dict[str, str], index: int) -> dict[str, Any]:
    return {**where, "index": index or None, "wait": f"{_BLOCK_SECONDS:g}s" if index else None}


def _check_time(what: str, target: str, status: str, limit: float, seconds: float) -> None:
    if time.monotonic() > limit:
        raise Failure(
            f"{what}: timeout while waiting for state to become '{target}' (last state: '{status}', "
            f"timeout: {duration(seconds * 1e9)})"
        )
