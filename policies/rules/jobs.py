"""Jobs on Nomad."""

import posixpath
import re
from collections.abc import Iterator

from policies.model import Resource, Severity
from policies.node import Node
from policies.reading import JOB, groups, job, name_of, tasks
from policies.rule import Domain

rules = Domain("jobs")

ACL = "nomad:index/aclPolicy:AclPolicy"
_SYSTEM = {"jobs": ["ingress"]}
"""What runs for the cluster itself."""
_WRITES = re.compile(r'policy\s*=\s*"(write|scale)"|"(?:write|sentinel-override|alloc-node-exec|submit-job)"')
_EVERYWHERE = re.compile(r'namespace\s+"\*"|^\s*(?:operator|agent|node|quota|host_volume\s+"\*")\s*\{', re.MULTILINE)

_MODES = ("pid_mode", "ipc_mode", "userns_mode", "uts_mode", "cgroupns")
"""What a task can share with its node but for the network, which it has by this library's design (docs/nomad.md)."""
_UNGUARDED = re.compile(r"unconfined$|^label[:=]disable$|^no-new-privileges[:=]false$")
"""Options that take a guard of Docker's away."""


def _is_lasting(resource: Resource) -> bool:
    """Whether a job runs always; what isn't said is one that does."""
    kind = job(resource)["Type"]
    return kind.absent or kind.is_("service")


def _services(group: Node) -> Iterator[Node]:
    """What a group's instances offer, by whichever of its parts."""
    yield from group["Services"].each()
    for task in group["Tasks"].each():
        yield from task["Services"].each()


@rules.rule(
    "job-enclosed",
    JOB,
    severity=Severity.CRITICAL,
    what="What runs on Nomad is enclosed: not a plain program of the node's",
    why="It sees and reaches all that the node does",
    fix="give the service an image, or use the exec driver",
    config={"drivers": ["docker", "exec", "exec2", "podman"]},
)
def _enclosed(resource: Resource, config: Node) -> Iterator[str]:
    for task in tasks(resource):
        if task["Driver"].is_not(*config["drivers"].texts()):
            yield f"runs {name_of(task)} by {task['Driver'].text or 'no driver'}"


@rules.rule(
    "job-not-privileged",
    JOB,
    severity=Severity.CRITICAL,
    what="No task is privileged or shares what is its node's",
    why="It is root on the node",
    fix="leave privileged, cap_add and the host's modes out",
)
def _privileged(resource: Resource, _config: Node) -> Iterator[str]:
    for task in tasks(resource):
        given = task["Config"]
        found = [field for field in ("privileged", "allow_caps") if given[field].is_(True)]
        found += [field for field in _MODES if given[field].is_("host")]
        found += [field for field in ("cap_add", "devices") if given[field].given]
        found += [text for text in given["security_opt"].texts() if _UNGUARDED.search(text)]
        if found or task["User"].text.partition(":")[0] in ("root", "0"):
            yield f"gives {name_of(task)} {', '.join(found) or 'root'}"


@rules.rule(
    "job-mounts-nothing-of-node",
    JOB,
    severity=Severity.HIGH,
    what="A task has no directory of its node",
    why="It reads what others keep, or the node's own credentials",
    fix="use a CSI volume, or the task's own directory",
)
def _mounts(resource: Resource, _config: Node) -> Iterator[str]:
    for group in groups(resource):
        own = [name for name, volume in group["Volumes"].entries() if volume["Type"].is_("host")]
        if own:
            yield f"gives {name_of(group)} the host's volume {', '.join(own)}"
    for task in tasks(resource):
        given = task["Config"]
        binds = [each for field in ("mount", "mounts") for each in given[field].each() if each["type"].is_("bind")]
        named = [each.partition(":")[0] for each in given["volumes"].texts()] + [each["source"].text for each in binds]
        outside = [each for each in named if posixpath.normpath(each).startswith(("/", ".."))]
        if outside:
            yield f"gives {name_of(task)} {', '.join(outside)}"


@rules.rule(
    "task-limited",
    JOB,
    severity=Severity.HIGH,
    what="A task asks for the memory and processor time that it needs",
    why="It is put where there is no place for it, and takes others down",
    fix="set cpu and memory of the service",
)
def _limited(resource: Resource, _config: Node) -> Iterator[str]:
    for task in tasks(resource):
        need = task["Resources"]
        cpu = need["CPU"].above(0) or need["Cores"].above(0)
        if not cpu or not need["MemoryMB"].above(0):
            yield f"asks for {'no memory' if cpu else 'no processor time'} for {name_of(task)}"


@rules.rule(
    "job-checked",
    JOB,
    severity=Severity.HIGH,
    what="Whatever others reach is asked whether it is well",
    why="Requests go to what doesn't answer, and nothing starts it again",
    fix="give the service a health check",
)
def _checked(resource: Resource, _config: Node) -> Iterator[str]:
    for group in groups(resource):
        for service in _services(group):
            if service["Checks"].absent and not service["Connect"].given:
                yield f"asks nobody whether {name_of(service)} is well"


@rules.rule(
    "job-release-watched",
    JOB,
    severity=Severity.HIGH,
    what="A release on Nomad waits for health, and is taken back when that doesn't come",
    why="A broken version replaces a good one",
    fix="leave the service's release as the library makes it",
    config=_SYSTEM,
)
def _released(resource: Resource, config: Node) -> Iterator[str]:
    if not _is_lasting(resource) or job(resource)["ID"].is_(*config["jobs"].texts()):
        return
    for group in groups(resource):
        update = group["Update"] if group["Update"].given else job(resource)["Update"]
        if update["AutoRevert"].is_not(True):
            yield f"takes a broken release of {name_of(group)} not back"
        if update["HealthCheck"].is_("manual"):
            yield f"asks nobody whether a release of {name_of(group)} is well"


@rules.rule(
    "job-comes-back",
    JOB,
    severity=Severity.MEDIUM,
    what="What runs always is started again, here or elsewhere",
    why="It is gone with its node",
    fix="leave the restart and reschedule stanzas as the library makes them",
)
def _back(resource: Resource, _config: Node) -> Iterator[str]:
    for group in groups(resource) if _is_lasting(resource) else ():
        again = group["ReschedulePolicy"]
        if again.given and not again["Unlimited"].is_(True) and not again["Attempts"].above(0):
            yield f"starts {name_of(group)} nowhere else"
        if group["RestartPolicy.Attempts"].is_(0) and again.absent:
            yield f"never starts {name_of(group)} again"


@rules.rule(
    "job-in-namespace",
    JOB,
    severity=Severity.MEDIUM,
    what="A job is in its environment's namespace",
    why="Everybody's permissions of the default one hold for it, and two environments meet there",
    fix="leave the namespace to the library",
    config=_SYSTEM,
)
def _namespace(resource: Resource, config: Node) -> Iterator[str]:
    found = job(resource)
    place = found["Namespace"]
    if not found.absent and not found["ID"].is_(*config["jobs"].texts()) and (place.absent or place.is_("default")):
        yield "is in the default namespace"


@rules.rule(
    "job-logs-bounded",
    JOB,
    severity=Severity.LOW,
    what="A task's logs have a largest size",
    why="They fill the node",
    fix="leave LogConfig as the library makes it",
    config={"most": 200},
)
def _logs(resource: Resource, config: Node) -> Iterator[str]:
    for task in tasks(resource):
        files, size = task["LogConfig.MaxFiles"].number, task["LogConfig.MaxFileSizeMB"].number
        if files is not None and size is not None and files * size > (config["most"].number or 0):
            yield f"keeps {files * size:.0f} MB of logs of {name_of(task)}"


@rules.rule(
    "job-ends-in-order",
    JOB,
    severity=Severity.LOW,
    what="A task has time to end its requests",
    why="Users see errors in every rollout",
    fix="set the service's termination_grace",
    config={"seconds": 5},
)
def _in_order(resource: Resource, config: Node) -> Iterator[str]:
    least = config["seconds"].number or 0
    for task in tasks(resource) if _is_lasting(resource) else ():
        given = task["KillTimeout"]
        if given.given and given.below(least * 1e9):
            yield f"gives {name_of(task)} less than {least:.0f} s to end"


@rules.rule(
    "acl-narrow",
    ACL,
    severity=Severity.HIGH,
    what="A policy of Nomad's lets its owner change nothing everywhere",
    why="Whoever gets the token has the cluster",
    fix="name the namespace and what is needed there",
)
def _acl(policy: Resource, _config: Node) -> Iterator[str]:
    text = policy.inputs["rulesHcl"].text
    if _EVERYWHERE.search(text) and _WRITES.search(text):
        yield "lets its owner change things everywhere"


@rules.rule(
    "acl-bound",
    ACL,
    severity=Severity.MEDIUM,
    what="A policy for a job's own identity names the job",
    why="Another job with the same identity has it, too",
    fix="give it a jobAcl with namespace and job",
)
def _bound(policy: Resource, _config: Node) -> Iterator[str]:
    bound = policy.inputs["jobAcl"]
    if bound.given and (bound["namespace"].absent or bound["jobId"].absent):
        yield "is bound to no single job"
