"""Of rules on jobs, images, services, costs and the environment as a whole."""

import json
from typing import Any

from policies.model import Resource
from policies.reading import CONTROL_PLANE, GROUP, LASTING, NODE_GROUP, TEMPLATE
from policies.rules.access import SERVICE
from policies.rules.costs import ADDRESS, NAT
from policies.rules.jobs import ACL
from policies.rules.services import SCALER
from policies.rules.whole import KEYS
from tests.policies.examples import good
from tests.policies.examples.making import GONE, Change, Example, of_job, one, pod, resource

DEPLOYMENT = LASTING[0]
_TASK, _TASKS = "TaskGroups.0.Tasks.0", "TaskGroups.0"

_RULES = (
    'namespace "dev" {\n  variables {\n    path "foxden/secrets/x" {\n      capabilities = ["read"]\n    }\n  }\n}\n'
)
_UPDATE = "TaskGroups.0.Update"

JOBS = {
    "job-enclosed": of_job(good.JOB, {f"{_TASK}.Driver": "raw_exec"}, {f"{_TASK}.Driver": GONE}),
    "job-not-privileged": of_job(
        good.JOB,
        {f"{_TASK}.Config.privileged": True},
        {f"{_TASK}.Config.pid_mode": "host"},
        {f"{_TASK}.Config.cap_add": ["NET_RAW"]},
        *({f"{_TASK}.User": user} for user in ("root", "0", "0:0", "root:staff")),
        {f"{_TASK}.Config.cgroupns": "host"},
        {f"{_TASK}.Config.security_opt": ["seccomp=unconfined"]},
        {f"{_TASK}.Config.security_opt": ["label=disable"]},
        also_good=({f"{_TASK}.User": "65532", f"{_TASK}.Config.security_opt": ["no-new-privileges"]},),
    ),
    "job-mounts-nothing-of-node": of_job(
        good.JOB,
        {f"{_TASK}.Config.volumes": ["/var/run/docker.sock:/s"]},
        {f"{_TASK}.Config.volumes": ["../../../../etc:/etc"]},
        {f"{_TASK}.Config.volumes": ["local/../../../etc:/etc"]},
        {f"{_TASK}.Config.mounts": [{"type": "bind", "source": "/etc"}]},
        {f"{_TASK}.Config.mount": [{"type": "bind", "source": "/etc"}]},
        {f"{_TASKS}.Volumes": {"all": {"Type": "host", "Source": "root"}}},
        also_good=(
            {f"{_TASK}.Config.volumes": ["local/config:/config"]},
            {f"{_TASK}.Config.mount": [{"type": "tmpfs", "target": "/scratch"}]},
            {f"{_TASKS}.Volumes": {"data": {"Type": "csi", "Source": "data"}}},
        ),
    ),
    "task-limited": of_job(good.JOB, {f"{_TASK}.Resources": GONE}, {f"{_TASK}.Resources.MemoryMB": 0}),
    "job-checked": of_job(
        good.JOB, {f"{_TASK}.Services.0.Checks": GONE}, {"TaskGroups.0.Services": [{"Name": "other"}]}
    ),
    "job-release-watched": of_job(
        good.JOB,
        {f"{_UPDATE}.AutoRevert": False},
        {_UPDATE: GONE},
        {f"{_UPDATE}.HealthCheck": "manual"},
        also_good=({_UPDATE: GONE, "Type": "batch"},),
    ),
    "job-comes-back": of_job(
        good.JOB,
        {f"{_TASKS}.ReschedulePolicy": {"Unlimited": False, "Attempts": 0}},
        {f"{_TASKS}.ReschedulePolicy": GONE, f"{_TASKS}.RestartPolicy.Attempts": 0},
    ),
    "job-in-namespace": of_job(
        good.JOB, {"Namespace": "default"}, {"Namespace": GONE}, also_good=({"Namespace": GONE, "ID": "ingress"},)
    ),
    "job-logs-bounded": of_job(good.JOB, {f"{_TASK}.LogConfig.MaxFileSizeMB": 1000}),
    "job-ends-in-order": of_job(good.JOB, {f"{_TASK}.KillTimeout": 1_000_000_000}),
    "acl-narrow": one(
        ACL,
        {"rulesHcl": _RULES},
        {"rulesHcl": 'namespace "*" {\n  policy = "write"\n}\n'},
        {"rulesHcl": 'operator {\n  policy = "write"\n}\n'},
    ),
    "acl-bound": one(
        ACL, {"jobAcl": {"namespace": "dev", "jobId": "pods"}}, {"jobAcl.jobId": GONE}, {"jobAcl.namespace": GONE}
    ),
}

_IMAGE, _OWN = f"{_TASK}.Config.image", "123456789012.dkr.ecr.eu-central-1.amazonaws.com/dev/pods"

IMAGES = {
    "image-pinned": of_job(
        good.JOB, {_IMAGE: f"{_OWN}:latest"}, {_IMAGE: "localhost:5000/pods"}, also_good=({_IMAGE: f"{_OWN}:1.0.0"},)
    ),
    "image-by-digest": pod(good.DEPLOYMENT, {"containers.0.image": f"{_OWN}:1.0.0"}),
    "image-from-own-registry": pod(
        good.DEPLOYMENT, {"containers.0.image": "nginx:1.27"}, {"containers.0.image": "ghcr.io/somebody/pods:1"}
    ),
}

_REPLICAS = {"spec": {"minReplicas": 2, "maxReplicas": 6}}
_ALL_AT_ONCE = {"spec.strategy": {"type": "Recreate"}}


def _away(*most: Any) -> tuple[Change, ...]:
    """So many, or such a share, of three pods may be away."""
    return tuple({"spec.strategy.rollingUpdate.maxUnavailable": each} for each in most)


SERVICES = {
    "enough-replicas": Example(
        passes=(*of_job(good.JOB).passes, *of_job({**good.JOB, "ID": "ingress", "TaskGroups": [{}]}).passes),
        violates=(
            *of_job(good.JOB, {"TaskGroups.0.Count": 1}, {"TaskGroups.0.Count": GONE}).violates,
            *one(DEPLOYMENT, good.DEPLOYMENT, {"spec.replicas": 1}).violates,
        ),
    ),
    "scaler-leaves-enough": one(SCALER, _REPLICAS, {"spec.minReplicas": 1}, {"spec.minReplicas": GONE}),
    "release-leaves-some": Example(
        passes=(
            *of_job(good.JOB, also_good=({f"{_UPDATE}.MaxParallel": 3, f"{_UPDATE}.Canary": 3},)).passes,
            *one(DEPLOYMENT, good.DEPLOYMENT, also_good=_away("25%", "99%", 2)).passes,
        ),
        violates=(
            *of_job(good.JOB, {f"{_UPDATE}.MaxParallel": 3}, {_UPDATE: GONE}).violates,
            *one(DEPLOYMENT, good.DEPLOYMENT, _ALL_AT_ONCE, *_away("100%", 3, 5)).violates,
        ),
    ),
    "release-has-deadline": Example(
        passes=of_job(good.JOB).passes,
        violates=(
            *of_job(good.JOB, {f"{_UPDATE}.ProgressDeadline": 0}, {f"{_UPDATE}.ProgressDeadline": 10**13}).violates,
            *one(DEPLOYMENT, good.DEPLOYMENT, {"spec.progressDeadlineSeconds": 86400}).violates,
        ),
    ),
    "instances-spread": of_job(
        good.JOB,
        {"TaskGroups.0.Spreads": GONE},
        also_good=({"TaskGroups.0.Spreads": GONE, "TaskGroups.0.Constraints": [{"Operand": "distinct_hosts"}]},),
    ),
}

COSTS = {
    "machine-type-allowed": one(
        TEMPLATE, good.TEMPLATE, {"instanceType": "m6i.24xlarge"}, {"instanceType": "p5.48xlarge"}
    )
    + one(NODE_GROUP, good.NODE_GROUP, {"instanceTypes": ["m6i.large", "m6i.24xlarge"]}),
    "group-not-too-large": one(GROUP, good.GROUP, {"maxSize": 600})
    + one(NODE_GROUP, good.NODE_GROUP, {"scalingConfig.maxSize": 600}),
    "disk-not-too-large": one(TEMPLATE, good.TEMPLATE, {"blockDeviceMappings.0.ebs.volumeSize": 3000}),
    "disk-of-current-kind": one(TEMPLATE, good.TEMPLATE, {"blockDeviceMappings.0.ebs.volumeType": "io2"}),
    "gateways-counted": Example(((resource(NAT),),), ((resource(NAT, name="a"), resource(NAT, name="b")),)),
    "addresses-used": Example(
        ((resource(NAT), resource(ADDRESS)),), ((resource(NAT), resource(ADDRESS, name="other")),)
    ),
    "replicas-limited": of_job(good.JOB, {"TaskGroups.0.Count": 300}),
    "scaling-limited": one(SCALER, _REPLICAS, {"spec.maxReplicas": 1000}),
}


def _keys(name: str, **route: Any) -> Resource:
    return resource(KEYS, {"keys": [{"value": json.dumps({"path": "/", **route})}]}, name=name)


def _service(name: str) -> Resource:
    return resource(SERVICE, {"metadata": {"name": name, "namespace": "dev"}}, name=name)


def _needing(need: str) -> dict[str, Any]:
    template = {"EmbeddedTmpl": f'{{{{- template "pool" (parseJSON `{{"protocol": "http", "service": "{need}"}}`) }}}}'}
    return {f"{_TASK}.Templates": [template]}


ENVIRONMENT = {
    "routes-differ": Example(
        ((_keys("a", host="api.dev"), _keys("b", host="app.dev"), _keys("c", host="api.dev", path="/more")),),
        ((_keys("a", host="api.dev"), _keys("b", host="api.dev")),),
    ),
    "needs-satisfied": Example(
        passes=(
            (resource(DEPLOYMENT, good.DEPLOYMENT), _service("router")),
            *of_job(good.JOB, also_good=(_needing("pods--dev"),)).passes,
        ),
        violates=(
            (resource(DEPLOYMENT, good.DEPLOYMENT), _service("other")),
            *of_job(good.JOB, _needing("gone--dev")).violates,
        ),
    ),
    "in-a-component": Example(
        (
            (
                resource(NAT),
                resource("pulumi:providers:aws", parent=""),
                resource("foxden:index:Network", parent="", component=True),
            ),
        ),
        ((resource(NAT, parent=""),),),
    ),
    "kept-things-protected": Example(
        ((resource("aws:ec2/vpc:Vpc", protect=True),),),
        ((resource("aws:ec2/vpc:Vpc"),), (resource("aws:route53/zone:Zone"),), (resource(CONTROL_PLANE),)),
    ),
    "names-differ": Example(
        ((_service("a"), _service("b")),),
        ((_service("a"), resource(SERVICE, {"metadata": {"name": "a", "namespace": "dev"}}, name="b")),),
    ),
}

EXAMPLES = {**JOBS, **IMAGES, **SERVICES, **COSTS, **ENVIRONMENT}
