"""Secrets: nowhere in plain text, and nowhere that many can read."""

import re
from collections.abc import Iterator

from policies.model import PROVIDER_TYPES, Resource, Severity
from policies.node import Node
from policies.reading import JOB, PATCHES, POD, TEMPLATE, WORKLOADS, containers, job, pod_of, tasks, user_data
from policies.rule import Domain

rules = Domain("secrets")

KNOWN = re.compile(
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\bgh[oprsu]_[A-Za-z0-9]{36}\b"
    r"|\bgithub_pat_[A-Za-z0-9_]{22}"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}"
    r"|\bglpat-[A-Za-z0-9_-]{20}"
    r"|\bhvs\.[A-Za-z0-9_-]{24}"
    r"|://[^/\s:@${}]*:[^/\s:@${}]{3,}@"
)
"""What a secret looks like: private keys, keys of AWS, tokens of GitHub, Slack, GitLab, Vault, a password in a URL."""

_TELLING = re.compile(
    r"(?:PASSWORD|PASSWD|PASSPHRASE"
    r"|(?:^|_)(?:PASS|PWD|SECRET|TOKEN|CREDENTIALS?|(?:API|ACCESS|SECRET|PRIVATE|SIGNING|ENCRYPTION)_?KEY|KEY_BASE))$",
    re.IGNORECASE,
)
"""Names of variables whose values are secret."""
_REFERENCE = re.compile(r"\$\{|\$\(|^/|^aws-ssm:|^$|^(?:true|false|yes|no)$", re.IGNORECASE)
"""Values that say where a secret is, or whether there is one, and are none."""

PROVIDERS = tuple(f"{PROVIDER_TYPES}{name}" for name in ("aws", "consul", "docker", "kubernetes", "nomad", "vault"))
_SENSITIVE = (
    "secretId",
    "token",
    "secretKey",
    "accessKey",
    "password",
    "keyPem",
    "kubeconfig",
    "httpAuth",
    "registryAuth",
)


def _told(name: str, value: Node) -> bool:
    """Whether a name says that its value is secret, and the value is there to be read."""
    return bool(_TELLING.search(name) and value.text and not _REFERENCE.search(value.text))


def _spoken(node: Node) -> bool:
    """Whether a text holds something that looks like a secret."""
    return KNOWN.search(node.text) is not None


@rules.rule(
    "no-secret-in-user-data",
    TEMPLATE,
    severity=Severity.CRITICAL,
    what="No secret is in what a machine is told when it starts",
    why="Whoever may describe a machine, or is on it, reads it",
    fix="let the machine fetch it with its own identity",
    references=("checkov CKV_AWS_46",),
)
def _user_data(template: Resource, _config: Node) -> Iterator[str]:
    if template.inputs["userData"].secret:
        yield "has a secret in its user-data"
    elif KNOWN.search(user_data(template)):
        yield "has what looks like a secret in its user-data"


@rules.rule(
    "no-secret-in-job",
    JOB,
    severity=Severity.CRITICAL,
    what="No secret is in a Nomad job's specification",
    why="Whoever may read jobs reads it, and every version keeps it",
    fix="name it below `secrets` of the service",
)
def _in_job(resource: Resource, _config: Node) -> Iterator[str]:
    if resource.inputs["jobspec"].secret:
        yield "has a secret in its specification"
    elif any(_spoken(node) for node in job(resource).walk()):
        yield "has what looks like a secret in its specification"
    for task in tasks(resource):
        for name, value in task["Env"].entries():
            if _told(name, value):
                yield f"has the variable {name} in plain text"


@rules.rule(
    "no-secret-in-pod",
    POD,
    *WORKLOADS,
    *PATCHES,
    severity=Severity.CRITICAL,
    what="No secret is in a pod's specification",
    why="Whoever may read workloads reads it",
    fix="name it below `secrets` of the service",
)
def _in_pod(resource: Resource, _config: Node) -> Iterator[str]:
    for container in containers(pod_of(resource)):
        for variable in container["env"].each():
            name, value = variable["name"].text, variable["value"]
            if value.secret or _spoken(value):
                yield f"has a secret in the variable {name}"
            elif _told(name, value):
                yield f"has the variable {name} in plain text"
        if any(word.secret or _spoken(word) for part in ("command", "args") for word in container[part].each()):
            yield "has a secret in its command line"


@rules.rule(
    "no-secret-in-config-map",
    "kubernetes:core/v1:ConfigMap",
    severity=Severity.CRITICAL,
    what="No secret is in a ConfigMap",
    why="Nothing there is encrypted, and much may read it",
    fix="make it a Secret",
)
def _config_map(resource: Resource, _config: Node) -> Iterator[str]:
    for key, value in resource.inputs["data"].entries():
        if value.secret or _spoken(value) or _told(key, value):
            yield f"has a secret at {key}"


@rules.rule(
    "secret-marked",
    "nomad:index/variable:Variable",
    "kubernetes:core/v1:Secret",
    "aws:ssm/parameter:Parameter",
    "aws:secretsmanager/secretVersion:SecretVersion",
    severity=Severity.CRITICAL,
    what="A secret's value is marked as one, and so is encrypted in the state",
    why="The state has it in plain text, and every preview shows it",
    fix="hand it over as pulumi.Output.secret(...)",
)
def _marked(resource: Resource, _config: Node) -> Iterator[str]:
    fields = ("items", "data", "stringData", "secretString") + (
        ("value",) if resource.inputs["type"].is_("SecureString") else ()
    )
    for field in fields:
        value = resource.inputs[field]
        if value.given and not value.opaque and not _only_secret(value):
            yield f"has {field} in plain text"


def _only_secret(value: Node) -> bool:
    """Whether each entry of a mapping is marked or not known yet, where the mapping itself isn't."""
    entries = [entry for _, entry in value.entries()]
    return bool(entries) and all(entry.opaque for entry in entries)


@rules.rule(
    "provider-secret-marked",
    *PROVIDERS,
    severity=Severity.CRITICAL,
    what="What a provider signs in with is marked secret",
    why="The state has it in plain text, and it opens the whole cluster",
    fix="hand it over as pulumi.Output.secret(...)",
)
def _provider(provider: Resource, _config: Node) -> Iterator[str]:
    for field in _SENSITIVE:
        value = provider.inputs[field]
        if value.given and not value.opaque:
            yield f"has {field} in plain text"


@rules.rule(
    "secret-parameter-encrypted",
    "aws:ssm/parameter:Parameter",
    severity=Severity.HIGH,
    what="A parameter that holds a secret is encrypted with a key of this account",
    why="Whoever may read parameters reads it",
    fix="set its type to SecureString, with a keyId",
    references=("checkov CKV_AWS_337", "checkov CKV2_AWS_34"),
    config={"names": ["/secrets/", "/operators/", "token", "password", "private"]},
)
def _parameter(parameter: Resource, config: Node) -> Iterator[str]:
    name = parameter.inputs["name"].text
    telling = any(word in name for word in config["names"].texts())
    if parameter.inputs["type"].is_("SecureString"):
        if parameter.inputs["keyId"].absent:
            yield "is encrypted with the key that everybody in the account has"
    elif telling or parameter.inputs["value"].secret or parameter.inputs["insecureValue"].secret:
        yield f"is a {parameter.inputs['type'].text or 'String'}"


@rules.rule(
    "no-secret-in-plain-text",
    severity=Severity.CRITICAL,
    what="Nothing that looks like a secret is in any property",
    why="It is in the state, in previews and in logs",
    fix="keep it where secrets are kept, and refer to it",
)
def _anywhere(resource: Resource, _config: Node) -> Iterator[str]:
    for node in resource.inputs.walk():
        if _spoken(node):
            yield f"has what looks like a secret at {node.path}"
