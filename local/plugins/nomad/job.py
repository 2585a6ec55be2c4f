"""``nomad:index/job:Job``: register, wait for the deployment, tell drift, deregister."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from local.plugins.checking import Problem
from local.plugins.comparing import Change, Kind
from local.plugins.contract import Call, Differences, Found, Handler
from local.plugins.errors import Failure, Incomplete, OperationError
from local.plugins.nomad import deployment, jobs, jobspec
from local.plugins.nomad.client import DEFAULT_NAMESPACE, Nomad, split_import_id
from local.plugins.nomad.job_table import DEFAULTS, SETTLED_BY_REGISTERING, SPECIFICATION, TABLE
from local.plugins.wire import Values


class JobHandler(Handler[Nomad]):
    """The id is the job's id at its creation; its id now (``name``), namespace and region are outputs."""

    type = "nomad:index/job:Job"
    table = TABLE
    derived: ClassVar[Mapping[str, str]] = {"taskGroups": "jobspec", "constraints": "jobspec"}

    def problems(self, inputs: Values) -> Iterable[Problem]:
        hcl2 = inputs.get("hcl2")
        if isinstance(hcl2, dict) and hcl2.get("allowFs") is True:
            yield Problem("hcl2.allowFs", "the stand-in lets the server parse HCL, which can't read your files")
        if inputs.get("json") is True and isinstance(inputs["jobspec"], str):
            try:
                jobspec.parse_json(inputs["jobspec"])
            except Failure as error:
                yield Problem("jobspec", str(error))

    def foreseen(self, client: Nomad, inputs: Values) -> Values:
        job = jobspec.parse(client, inputs)
        return {"name": job["ID"], "namespace": jobspec.namespace_of(job), "type": job.get("Type") or "service"}

    def differences(self, client: Nomad, state: Values, inputs: Values, changes: list[Change]) -> Differences:
        if any(change.property in SPECIFICATION for change in changes) and isinstance(inputs.get("jobspec"), str):
            changes = _settled(client, state, inputs, changes)
        if state.get("stop"):
            changes = [*changes, Change("stop", Kind.UPDATE)]
        elif state.get("status") == "dead" and inputs.get("rerunIfDead") is True:
            changes = [*changes, Change("status", Kind.UPDATE)]
        return Differences(changes, SETTLED_BY_REGISTERING if changes else frozenset())

    def create(self, call: Call[Nomad], inputs: Values) -> Found:
        job = jobspec.parse(call.client, inputs)
        evaluation = jobs.register(call.client, inputs, job)
        try:
            return Found(job["ID"], _followed(call, inputs, job, evaluation))
        except OperationError as error:
            # It is registered, so it must not be forgotten: the next update repairs it, or a destroy removes it.
            raise Incomplete(job["ID"], _as_far_as_known(call.client, inputs, job), str(error)) from error

    def update(self, call: Call[Nomad], resource_id: str, state: Values, inputs: Values) -> Values:
        job = jobspec.parse(call.client, inputs)
        if inputs.get("detach") is False:
            _clear_failed_first_try(call, inputs, job)
        return _followed(call, inputs, job, jobs.register(call.client, inputs, job))

    def read(self, call: Call[Nomad], resource_id: str, state: Values) -> Found | None:
        imported = not state.get("namespace")
        known = (state.get("name") or resource_id, state.get("namespace", ""))
        job_id, namespace = split_import_id(resource_id) if imported else known
        where = call.client.where(namespace, state.get("region", ""))
        job = jobs.info(call.client, job_id, where)
        if job is None:
            return None
        told = {**DEFAULTS, **state, **jobs.live_specification(call.client, job, where, state)}
        outputs = {**told, **jobs.outputs(call.client, job, where, state)}
        return Found(job_id if imported else resource_id, outputs)

    def delete(self, call: Call[Nomad], resource_id: str, state: Values) -> None:
        """Unlike the official plugin, wait for the end of its instances, and take what it launched along."""
        if state.get("deregisterOnDestroy") is False:
            return
        where = call.client.where(state.get("namespace") or DEFAULT_NAMESPACE, state.get("region", ""))
        purge = bool(state.get("purgeOnDestroy"))
        name = state.get("name") or resource_id
        for job_id in [name, *(jobs.children(call.client, name, where) if purge else [])]:
            _end(call, where, job_id, purge)


def _end(call: Call[Nomad], where: jobs.Where, job_id: str, purge: bool) -> None:
    # Purged at once, a job and its instances are unknown to the server while their processes still wind down.
    running = deployment.instances(call.client, where, job_id)
    jobs.deregister(call.client, job_id, where, purge=False)
    deployment.wait_for_end(call.client, where, running, call.seconds)
    if purge:
        jobs.deregister(call.client, job_id, where, purge=True)


def _settled(client: Nomad, state: Values, inputs: Values, changes: list[Change]) -> list[Change]:
    """Drop what only looks like a change of the job, add a replacement where it becomes another one."""
    others = [change for change in changes if change.property not in SPECIFICATION]
    if inputs.get("json") and state.get("json") and jobspec.same(state.get("jobspec", ""), inputs["jobspec"]):
        return others
    job = jobspec.parse(client, inputs)
    moved = _moves(state, inputs, job)
    if not moved and jobs.changes_nothing(client, inputs, job, state.get("modifyIndex", "")):
        return others
    return [*changes, *moved]


def _moves(state: Values, inputs: Values, job: jobspec.Job) -> list[Change]:
    """Another namespace, region or id is another job; for an id, the program may ask to leave the old one running."""
    wished = {"namespace": jobspec.namespace_of(job), "region": job.get("Region"), "name": job["ID"]}
    for name, value in wished.items():
        if value and state.get(name) and state[name] != value:
            return [Change(name, Kind.UPDATE, name != "name" or inputs.get("deregisterOnIdChange") is not False)]
    return []


def _followed(call: Call[Nomad], inputs: Values, job: jobspec.Job, evaluation: str) -> Values:
    where = jobs.place(call.client, job)
    done: deployment.Deployment | None = None
    if inputs.get("detach") is False and evaluation:
        try:
            done = deployment.follow(call.client, where, evaluation, call.seconds)
        except Failure as error:
            what = f"error waiting for job '{job['ID']}' to schedule/deploy successfully"
            raise Failure(f"{what}: {error}") from error
    registered = jobs.info(call.client, job["ID"], where)
    if registered is None:
        raise Failure(f"job '{job['ID']}' was deregistered by somebody else while it was deployed")
    outputs = {**inputs, **jobs.outputs(call.client, registered, where, inputs)}
    return outputs | {"deploymentId": done["ID"], "deploymentStatus": done["Status"]} if done else outputs


def _as_far_as_known(client: Nomad, inputs: Values, job: jobspec.Job) -> Values:
    """The outputs of a job whose deployment failed, with or without the server's help."""
    known = {**inputs, "name": job["ID"], "namespace": jobspec.namespace_of(job), "region": job.get("Region")}
    where = jobs.place(client, job)
    try:
        registered = jobs.info(client, job["ID"], where)
        return {**known, **jobs.outputs(client, registered, where, inputs)} if registered else known
    except OperationError:
        return known


def _clear_failed_first_try(call: Call[Nomad], inputs: Values, job: jobspec.Job) -> None:
    """Purge a job that has never worked when it is tried again unchanged.

    Nomad starts no new deployment for the same job, so that the cause could be mended outside as often as one likes.
    Nothing is lost: no version of it ever became healthy.
    """
    where = jobs.place(call.client, job)
    last = deployment.latest(call.client, where, job["ID"])
    if last is None or last["Status"] != "failed":
        return
    registered = jobs.info(call.client, job["ID"], where)
    if registered is None or not jobs.changes_nothing(call.client, inputs, job, str(registered["JobModifyIndex"])):
        return
    if jobs.never_worked(call.client, job["ID"], where):
        _end(call, where, job["ID"], purge=True)
