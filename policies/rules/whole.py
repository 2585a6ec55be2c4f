"""The environment as a whole: what no resource can say by itself."""

import re
from collections import defaultdict
from collections.abc import Iterator

from policies.model import PROVIDER_TYPES, Resource, Severity, Stack
from policies.node import Node
from policies.reading import JOB, groups, namespace_of, tasks
from policies.rule import Domain

rules = Domain("environment")

KEYS, INGRESS = "consul:index/keys:Keys", "kubernetes:networking.k8s.io/v1:Ingress"
SERVICE = "kubernetes:core/v1:Service"
_NEED_LABEL = "needs.foxden/"
_NEED_OF_JOB = re.compile(r'"service": "([a-z0-9-]+)"\}')
"""How the sidecar of a job on Nomad names what it leads to (`{"protocol": ..., "service": ...}`)."""

Route = tuple[str, str]
"""Host and path."""


def _routes_of(resource: Resource) -> Iterator[Route]:
    if resource.type == KEYS:
        for key in resource.inputs["keys"].each():
            value = key["value"].json()
            if value["host"].text:
                yield value["host"].text, value["path"].text or "/"
    for rule in resource.inputs["spec.rules"].each() if resource.type == INGRESS else ():
        for path in rule["http.paths"].each():
            yield rule["host"].text or "*", path["path"].text or "/"


@rules.whole(
    "routes-differ",
    severity=Severity.HIGH,
    what="No two services have the same route",
    why="One of them gets the other's requests, and which is chance",
    fix="change the host or the path of one",
)
def _routes(stack: Stack, _config: Node) -> Iterator[tuple[Resource, str]]:
    owners: dict[Route, list[Resource]] = defaultdict(list)
    for resource in stack.of(KEYS, INGRESS):
        for route in _routes_of(resource):
            owners[route].append(resource)
    for (host, path), resources in owners.items():
        for resource in resources[1:]:
            yield resource, f"has the route {host}{path} of {resources[0].name}, too"


@rules.whole(
    "needs-satisfied",
    severity=Severity.HIGH,
    what="What a service needs is there",
    why="It starts, and fails with its first request",
    fix="deploy the service that is needed, or declare it as an endpoint",
)
def _needs(stack: Stack, _config: Node) -> Iterator[tuple[Resource, str]]:
    for workload in stack.of("kubernetes:apps/v1:Deployment", "kubernetes:batch/v1:CronJob"):
        offered = {
            each.inputs["metadata.name"].text
            for each in stack.of(SERVICE)
            if namespace_of(each) == namespace_of(workload)
        }
        labels = workload.inputs["spec.template.metadata.labels"]
        needed = [key.removeprefix(_NEED_LABEL) for key, _ in labels.entries() if key.startswith(_NEED_LABEL)]
        for need in needed:
            if need not in offered:
                yield workload, f"needs {need}, which is not there"
    yield from _needs_of_jobs(stack)


def _needs_of_jobs(stack: Stack) -> Iterator[tuple[Resource, str]]:
    jobs = list(stack.of(JOB))
    if any(job.inputs["jobspec"].opaque for job in jobs):
        return  # what can't be read may offer anything
    offered = set()
    for job in jobs:
        for group in groups(job):
            offered |= {service["Name"].text for service in group["Services"].each()}
            for task in group["Tasks"].each():
                offered |= {service["Name"].text for service in task["Services"].each()}
    for job in jobs:
        templates = [template["EmbeddedTmpl"].text for task in tasks(job) for template in task["Templates"].each()]
        needed = {need for text in templates for need in _NEED_OF_JOB.findall(text)}
        for need in sorted(needed - offered):
            yield job, f"needs {need}, which is not there"


@rules.whole(
    "in-a-component",
    severity=Severity.LOW,
    what="Every resource belongs to a component",
    why="What was made by itself has none of what the library sees to",
    fix="make it in a component, or as one",
    config={"types": [f"{PROVIDER_TYPES}*", "pulumi:pulumi:StackReference"]},
)
def _in_component(stack: Stack, config: Node) -> Iterator[tuple[Resource, str]]:
    allowed = [each.removesuffix("*") for each in config["types"].texts()]
    for resource in stack.resources:
        alone = not resource.component and not resource.parent
        if alone and not any(resource.type.startswith(each) for each in allowed):
            yield resource, "belongs to no component"


@rules.whole(
    "kept-things-protected",
    severity=Severity.HIGH,
    what="What can't be made again is protected from deletion",
    why="One wrong line, one `y`, and it is gone",
    fix="leave foxden:protect as it is",
    config={"types": ["aws:ec2/vpc:Vpc", "aws:eks/cluster:Cluster", "aws:route53/zone:Zone"]},
)
def _kept(stack: Stack, config: Node) -> Iterator[tuple[Resource, str]]:
    for resource in stack.of(*config["types"].texts()):
        if not resource.protect:
            yield resource, "can be deleted by a slip"


@rules.whole(
    "names-differ",
    severity=Severity.MEDIUM,
    what="No two things of one kind have the same name where they are",
    why="They overwrite each other with every update",
    fix="rename one",
)
def _names(stack: Stack, _config: Node) -> Iterator[tuple[Resource, str]]:
    first: dict[tuple[str, str, str], Resource] = {}
    for resource in stack.resources:
        inputs = resource.inputs
        name = (
            inputs["metadata.name"].text
            if resource.type.startswith("kubernetes:")
            else inputs["jobspec"].json()["ID"].text
        )
        place = namespace_of(resource) or inputs["jobspec"].json()["Namespace"].text
        if not name:
            continue
        before = first.setdefault((resource.type, place, name), resource)
        if before is not resource:
            yield resource, f"has the name {name} of {before.name}, too"
