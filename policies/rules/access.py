"""Access to Kubernetes: namespaces and the borders between them, and who may ask the API for what."""

from collections.abc import Iterator

from policies.model import Resource, Severity, Stack
from policies.node import Node
from policies.reading import PATCHES, WORKLOADS, namespace_of
from policies.rule import Domain

rules = Domain("access")

NAMESPACE, NETWORK_POLICY = "kubernetes:core/v1:Namespace", "kubernetes:networking.k8s.io/v1:NetworkPolicy"
SERVICE, INGRESS = "kubernetes:core/v1:Service", "kubernetes:networking.k8s.io/v1:Ingress"
RBAC = "kubernetes:rbac.authorization.k8s.io/v1:"
ROLES = (f"{RBAC}Role", f"{RBAC}ClusterRole")
BINDINGS = (f"{RBAC}RoleBinding", f"{RBAC}ClusterRoleBinding")
SECURITY = "pod-security.kubernetes.io/enforce"


def _name(resource: Resource) -> str:
    return resource.inputs["metadata.name"].text


@rules.rule(
    "namespace-restricted",
    NAMESPACE,
    severity=Severity.HIGH,
    what="Kubernetes itself refuses pods that the restricted profile doesn't know",
    why="What isn't made here is watched by nobody",
    fix=f"label it {SECURITY}: restricted",
    references=("CIS Kubernetes 5.2.1",),
    config={"levels": ["restricted"], "namespaces": ["foxden-ingress"]},
)
def _restricted(namespace: Resource, config: Node) -> Iterator[str]:
    level = namespace.inputs["metadata.labels"].exactly(SECURITY)
    if _name(namespace) not in config["namespaces"].texts() and level.is_not(*config["levels"].texts()):
        yield f"lets pods in that are {level.text or 'anything'}"


@rules.whole(
    "namespace-closed",
    severity=Severity.HIGH,
    what="Nothing in a namespace is reached by what nobody named",
    why="A service that was broken into reaches all others",
    fix="add a NetworkPolicy that chooses all pods and allows nothing",
    references=("CIS Kubernetes 5.3.2",),
    config={"namespaces": ["foxden-ingress"]},
)
def _closed(stack: Stack, config: Node) -> Iterator[tuple[Resource, str]]:
    policies = [each for each in stack.of(NETWORK_POLICY) if _chooses_all(each)]
    for namespace in stack.of(NAMESPACE):
        name = _name(namespace)
        closed = any(namespace_of(each) == name or each.inputs["metadata.namespace"].opaque for each in policies)
        if name and name not in config["namespaces"].texts() and not closed:
            yield namespace, "is open to all pods of the cluster"


def _chooses_all(policy: Resource) -> bool:
    spec = policy.inputs["spec"]
    everybody = spec["podSelector.matchLabels"].absent and spec["podSelector.matchExpressions"].absent
    return spec.opaque or (everybody and "Ingress" in spec["policyTypes"].texts())


@rules.rule(
    "no-open-network-policy",
    NETWORK_POLICY,
    severity=Severity.MEDIUM,
    what="A NetworkPolicy names who may come in",
    why="It looks like a border, and is none",
    fix="name pods, namespaces or networks below from",
    config={"policies": []},
)
def _open(policy: Resource, config: Node) -> Iterator[str]:
    for rule in policy.inputs["spec.ingress"].each():
        if rule["from"].absent and _name(policy) not in config["policies"].texts():
            yield "lets everybody in"


@rules.rule(
    "not-in-default-namespace",
    *WORKLOADS,
    *PATCHES,
    SERVICE,
    "kubernetes:core/v1:Secret",
    severity=Severity.MEDIUM,
    what="Nothing is in the default namespace",
    why="It has no limits and no borders, and everything that was forgotten is there",
    fix="name a namespace",
    references=("CIS Kubernetes 5.6.4", "CIS Kubernetes 5.6.1", "checkov CKV_K8S_21"),
)
def _default(resource: Resource, _config: Node) -> Iterator[str]:
    place = resource.inputs["metadata.namespace"]
    if place.absent or place.is_("default"):
        yield "is in the default namespace"


@rules.rule(
    "no-wildcard-roles",
    *ROLES,
    severity=Severity.HIGH,
    what="A role names what may be done to what",
    why="What is added to the cluster tomorrow is allowed today",
    fix="name verbs, resources and groups",
    references=("CIS Kubernetes 5.1.3", "checkov CKV_K8S_49"),
)
def _wildcard(role: Resource, _config: Node) -> Iterator[str]:
    for rule in role.inputs["rules"].each():
        wild = [field for field in ("verbs", "resources", "apiGroups") if "*" in rule[field].texts()]
        if wild:
            yield f"allows all {', '.join(wild)}"


@rules.rule(
    "no-cluster-admin",
    *BINDINGS,
    severity=Severity.CRITICAL,
    what="Nobody is given the whole cluster",
    why="Whoever breaks into it owns all",
    fix="write a role with what is needed",
    references=("CIS Kubernetes 5.1.1", "CIS Kubernetes 5.1.7"),
)
def _admin(binding: Resource, _config: Node) -> Iterator[str]:
    if binding.inputs["roleRef.name"].is_("cluster-admin"):
        yield "gives cluster-admin"
    for subject in binding.inputs["subjects"].each():
        if subject["name"].is_("system:masters", "system:unauthenticated", "system:anonymous"):
            yield f"gives {subject['name'].text} something"


@rules.rule(
    "no-role-to-more",
    *ROLES,
    severity=Severity.HIGH,
    what="No role lets its owner take more than it has",
    why="It gives itself the whole cluster in two steps",
    fix="leave bind, escalate, impersonate, approvals and webhooks to people",
    references=(
        "CIS Kubernetes 5.1.8",
        "CIS Kubernetes 5.1.11",
        "CIS Kubernetes 5.1.12",
        "CIS Kubernetes 5.1.13",
        "checkov CKV_K8S_155",
        "checkov CKV_K8S_156",
        "checkov CKV_K8S_157",
        "checkov CKV_K8S_158",
    ),
    config={
        "roles": [],
        "verbs": ["bind", "escalate", "impersonate"],
        "writes": [
            "certificatesigningrequests/approval",
            "serviceaccounts/token",
            "validatingwebhookconfigurations",
            "mutatingwebhookconfigurations",
        ],
    },
)
def _more(role: Resource, config: Node) -> Iterator[str]:
    if _name(role) in config["roles"].texts():
        return
    for rule in role.inputs["rules"].each():
        verbs = set(rule["verbs"].texts())
        gained = sorted(verbs & set(config["verbs"].texts()))
        written = sorted(set(rule["resources"].texts()) & set(config["writes"].texts()))
        if gained:
            yield f"allows {', '.join(gained)}"
        if written and verbs - {"get", "list", "watch"}:
            yield f"changes {', '.join(written)}"


@rules.rule(
    "no-reading-all-secrets",
    f"{RBAC}ClusterRole",
    severity=Severity.HIGH,
    what="Nothing reads every secret of the cluster",
    why="Whoever breaks into it does",
    fix="write a Role in the namespace, or name the secrets",
    references=("CIS Kubernetes 5.1.2",),
    config={"roles": ["foxden-ingress"]},
)
def _secrets(role: Resource, config: Node) -> Iterator[str]:
    if _name(role) in config["roles"].texts():
        return
    for rule in role.inputs["rules"].each():
        reading = {"get", "list", "watch"} & set(rule["verbs"].texts())
        if reading and "secrets" in rule["resources"].texts() and rule["resourceNames"].absent:
            yield "reads every secret of the cluster"


@rules.rule(
    "service-inside",
    SERVICE,
    severity=Severity.MEDIUM,
    what="A service is reached through the ingress alone",
    why="Another balancer or a port on every node goes around it, and costs",
    fix="leave its type at ClusterIP, and give the service a route",
    references=("pulumi kubernetes-core-v1-service-disallow-load-balancer",),
    config={"namespaces": ["foxden-ingress"]},
)
def _inside(service: Resource, config: Node) -> Iterator[str]:
    kind = service.inputs["spec.type"]
    if namespace_of(service) not in config["namespaces"].texts() and kind.is_("LoadBalancer", "NodePort"):
        yield f"is a {kind.text}"


@rules.rule(
    "no-snippets-in-ingress",
    INGRESS,
    severity=Severity.CRITICAL,
    what="An ingress brings no configuration of the proxy's own",
    why="Whoever may write one reads every secret that the proxy does",
    fix="leave the annotation out",
    references=("checkov CKV_K8S_152", "checkov CKV_K8S_153", "checkov CKV_K8S_154"),
)
def _snippets(ingress: Resource, _config: Node) -> Iterator[str]:
    for key, _ in ingress.inputs["metadata.annotations"].entries():
        if key.endswith("-snippet"):
            yield f"has the annotation {key}"
