"""The Pulumi resources, as the engine is told them."""

import json
from typing import Any

import pulumi
import pytest

import foxden
from foxden.schedulers.kubernetes.ingress import render_ingress
from foxden.schedulers.kubernetes.ingress_kinds import KINDS
from tests.mocks import UNKNOWN, Failed, Recorded, Secret, reveal, run, unknown_output
from tests.unit.schedulers.kubernetes.samples import connection

lib: Any = foxden

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SERVICE = "kubernetes:core/v1:Service"
SECRET = "kubernetes:core/v1:Secret"
PROVIDER = "pulumi:providers:kubernetes"

CLUSTER: dict[str, Any] = {
    "scheduler": "kubernetes",
    "environment": "demo",
    "domain": "demo.foxden.localhost",
    "address": "https://10.0.0.1:6443",
    "token": "kubernetes-token",
    "ca": "-----BEGIN CERTIFICATE-----",
}
WEB: dict[str, Any] = {"image": "example.com/pods:7", "port": 8080}


def services(preview: bool = False, cluster: Any = CLUSTER, **described: Any) -> Recorded:
    """A program of one service for each name; a description that is a function is called in it, to make outputs."""

    def program() -> None:
        for name, description in described.items():
            given = description() if callable(description) else description
            made = lib.Service(name, {**given, "cluster": cluster})
            pulumi.export(f"{name}-version", made.version)
            pulumi.export(f"{name}-address", made.address)

    return run(program, preview=preview)


def environment(cluster: Any = CLUSTER, **args: Any) -> Recorded:
    """A program of an environment."""

    def program() -> None:
        made = lib.Environment("environment", {"cluster": cluster, **args})
        pulumi.export("versions", made.secret_versions)

    return run(program)


def test_a_plain_service_is_five_objects() -> None:
    done = services(pods=WEB)
    types = sorted(each.type.rpartition(":")[2] for each in done.resources if each.custom)
    assert types == ["Deployment", "NetworkPolicy", "NetworkPolicy", "Service", "ServiceAccount", "kubernetes"]
    assert done.one(DEPLOYMENT, "pods").inputs["metadata"]["namespace"] == "demo"


def test_what_comes_after_waits() -> None:
    done = services(pods={**WEB, "replicas": 2, "routes": [{}], "release": {"strategy": "canary"}})
    main, canary = done.one(DEPLOYMENT, "pods"), done.one(DEPLOYMENT, "pods--canary")
    assert done.one(SERVICE).urn in canary.depends_on
    assert canary.urn in main.depends_on
    for kind in ("networking.k8s.io/v1:Ingress", "policy/v1:PodDisruptionBudget"):
        assert main.urn in done.one(f"kubernetes:{kind}").depends_on


def test_old_ways_are_taken_away_last() -> None:
    done = services(pods={**WEB, "routes": [{}]})
    kind = "kubernetes:networking.k8s.io/v1"
    first, kept = done.one(f"{kind}:NetworkPolicy", "pods"), done.one(f"{kind}:NetworkPolicy", "pods--kept")
    assert first.urn in done.one(DEPLOYMENT).depends_on
    assert done.one(f"{kind}:Ingress").urn in kept.depends_on
    assert first.inputs["spec"] == kept.inputs["spec"]


def test_a_blue_green_switch_waits_for_the_new_set() -> None:
    done = services(pods={**WEB, "release": {"strategy": "blue-green"}})
    main, service = done.one(DEPLOYMENT), done.one(SERVICE, "pods")
    assert main.urn in service.depends_on
    assert main.inputs["metadata"]["name"] == f"pods--{service.inputs['spec']['selector']['foxden/set']}"


@pytest.mark.parametrize("description", [{"release": {"strategy": "blue-green"}}, {"kind": "job", "port": None}])
def test_what_is_called_after_its_content_is_another_resource_with_other_content(description: Any) -> None:
    """No replacement, which could not be taken back after it failed."""
    made = [services(pods={**WEB, **description, "image": f"example.com/pods:{tag}"}).resources for tag in (1, 2, 1)]
    first, second, again = (
        {each.inputs["metadata"]["name"]: each.name for each in some if "--" in each.name and "kept" not in each.name}
        for some in made
    )
    assert first == again and first.keys().isdisjoint(second)
    assert all(name == called for name, called in {**first, **second}.items())


def test_what_is_called_after_content_that_is_not_known_yet_is_told_apart() -> None:
    """A preview refuses two resources of one name, whichever services they are of."""

    def late(**more: Any) -> dict[str, Any]:
        return {**WEB, "image": unknown_output(), **more}

    sets = {"release": {"strategy": "blue-green"}}
    jobs = {"kind": "job", "port": None}
    done = services(
        preview=True,
        web=lambda: late(**sets),
        api=lambda: late(**sets),
        load=lambda: late(**jobs),
        migrate=lambda: late(**jobs),
    )
    urns = [each.urn for each in done.resources]
    assert sorted(urns) == sorted(set(urns))
    assert len(done.of_type(DEPLOYMENT)) == len(done.of_type("kubernetes:batch/v1:Job")) == 2


def test_the_version_is_known_when_it_runs_and_not_before() -> None:
    assert services(pods=WEB).exports == {"pods-version": "7", "pods-address": "pods.demo.svc.cluster.local"}
    assert services(preview=True, pods=WEB).exports["pods-version"] == UNKNOWN


def test_an_image_of_another_resource_is_waited_for() -> None:
    done = services(pods=lambda: {**WEB, "image": pulumi.Output.from_input("example.com/pods:9")})
    pod = done.one(DEPLOYMENT).inputs["spec"]["template"]["spec"]
    assert pod["containers"][0]["image"] == "example.com/pods:9"


def test_the_provider_takes_back_what_was_changed_by_hand() -> None:
    assert services(pods=WEB).one(PROVIDER).inputs["enablePatchForce"] == "true"


def test_the_provider_gets_a_kubeconfig_that_is_secret() -> None:
    given = services(pods=WEB).one(PROVIDER).inputs
    assert given["clusterIdentifier"] == "https://10.0.0.1:6443"
    assert isinstance(given["kubeconfig"], Secret)
    made = json.loads(reveal(given["kubeconfig"]))
    assert made["users"][0]["user"] == {"token": "kubernetes-token"}


def test_a_kubeconfig_and_a_context_are_enough() -> None:
    options = {"kubeconfig": "/home/me/.kube/config", "context": "kind-foxden"}
    given = services(pods=WEB, cluster={**CLUSTER, "options": options}).one(PROVIDER).inputs
    assert (reveal(given["kubeconfig"]), given["context"]) == ("/home/me/.kube/config", "kind-foxden")


def test_a_context_alone_is_one_of_the_deployers_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    given = services(pods=WEB, cluster={**CLUSTER, "options": {"context": "kind-foxden"}}).one(PROVIDER).inputs
    assert "kubeconfig" not in given
    assert given["context"] == "kind-foxden"


def test_options_may_be_known_late() -> None:
    def late() -> Any:
        return {**CLUSTER, "options": {"context": pulumi.Output.from_input("kind-foxden")}}

    def program() -> None:
        lib.Environment("environment", {"cluster": late()})
        lib.Service("pods", {**WEB, "cluster": late()})

    done = run(program)
    assert {each.inputs.get("context") for each in done.providers} == {"kind-foxden"}


def test_an_environment_is_a_namespace_that_lets_nobody_in() -> None:
    done = environment(notes={"owner": "me"})
    namespace = done.one("kubernetes:core/v1:Namespace", "demo")
    policy = done.one("kubernetes:networking.k8s.io/v1:NetworkPolicy", "demo--deny")
    metadata = namespace.inputs["metadata"]
    assert metadata["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert json.loads(metadata["annotations"]["foxden/notes"]) == {"owner": "me"}
    assert namespace.urn in policy.depends_on
    assert policy.inputs["spec"]["podSelector"] == {}
    assert not [each for each in done.resources if each.type.endswith((":ResourceQuota", ":LimitRange", ":Secret"))]


def test_in_an_environment_the_ingress_reaches_what_proves_whose_a_host_is() -> None:
    """Pods of cert-manager's, which would be closed like all others: an authority's request would never be answered."""
    policy = environment().one("kubernetes:networking.k8s.io/v1:NetworkPolicy", "demo--challenges").inputs["spec"]
    assert policy["podSelector"] == {"matchLabels": {"acme.cert-manager.io/http01-solver": "true"}}
    (rule,) = policy["ingress"]
    (peer,) = rule["from"]
    assert peer == {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "foxden-ingress"}}}
    assert rule["ports"] == [{"protocol": "TCP", "port": 8089}] and policy["policyTypes"] == ["Ingress"]


def test_secrets_are_there_as_they_are_now_and_by_what_is_in_them() -> None:
    done = environment(secrets={"team/key": "s3cret"})
    now, kept = (done.of_type(SECRET)[name] for name in sorted(done.of_type(SECRET)))
    version = done.exports["versions"]["team/key"]
    assert kept.name == f"team.key--{version}"
    assert now.inputs["metadata"]["name"] == "team.key"
    assert kept.inputs["metadata"]["name"] == f"team.key--{version}"
    assert (now.inputs["immutable"], kept.inputs["immutable"]) == (False, True)
    for each in (now, kept):
        assert reveal(each.inputs["stringData"]) == {"value": "s3cret"}
        assert "s3cret" not in str({**each.inputs, "stringData": None})


def test_who_uses_a_secret_waits_for_the_one_of_its_version() -> None:
    def program() -> None:
        made = lib.Environment("environment", {"cluster": CLUSTER, "secrets": {"key": pulumi.Output.secret("s3cret")}})
        service = {**WEB, "secrets": {"KEY": "key"}, "cluster": CLUSTER, "secret_versions": made.secret_versions}
        lib.Service("pods", service)

    for preview in (True, False):
        done = run(program, preview=preview)
        (kept,) = (each for each in done.of_type(SECRET).values() if each.name.startswith("key--"))
        workload = done.one(DEPLOYMENT)
        assert kept.urn in workload.depends_on
        assert kept.name in str(workload.inputs["spec"])


def test_a_secret_that_is_not_known_yet_has_no_version_yet() -> None:
    def program() -> None:
        args = {"cluster": CLUSTER, "secrets": {"key": pulumi.Output.secret(unknown_output())}}
        made = lib.Environment("environment", args)
        service = {**WEB, "secrets": {"KEY": "key"}, "cluster": CLUSTER, "secret_versions": made.secret_versions}
        lib.Service("pods", service)

    done = run(program, preview=True)
    assert done.one(DEPLOYMENT).inputs["spec"] is UNKNOWN


def test_secrets_that_are_not_known_yet_are_told_apart() -> None:
    def program() -> None:
        values = {name: pulumi.Output.secret(unknown_output()) for name in ("key", "team/key")}
        lib.Environment("environment", {"cluster": CLUSTER, "secrets": values})

    urns = [each.urn for each in run(program, preview=True).resources if each.type == SECRET]
    assert len(urns) == len(set(urns)) == 4


def test_bounds_are_there_when_they_are_chosen() -> None:
    options = {"quota_cpu": "8", "quota_memory": "2048", "container_max_cpu": "2"}
    done = environment(cluster={**CLUSTER, "options": options})
    quota, limits = done.one("kubernetes:core/v1:ResourceQuota"), done.one("kubernetes:core/v1:LimitRange")
    assert quota.inputs["spec"] == {"hard": {"requests.cpu": "8", "requests.memory": "2Gi"}}
    assert limits.inputs["spec"] == {"limits": [{"type": "Container", "max": {"cpu": "2"}}]}


def test_the_clusters_own_namespaces_are_no_environments() -> None:
    with pytest.raises(Failed, match="environment must not be 'kube-system' with scheduler 'kubernetes'"):
        environment(cluster={**CLUSTER, "environment": "kube-system"})


def ingress(preview: bool = False, options: Any = None) -> Recorded:
    """A program of an ingress."""
    given = lambda: {**CLUSTER, "options": options() if callable(options) else options or {}}  # noqa: E731
    return run(lambda: lib.Ingress("ingress", {"cluster": given()}), preview=preview)


def test_the_ingress_is_a_proxy_on_every_node_that_comes_last() -> None:
    behind = {"ingress_port": "8080", "trusted_proxies": "10.20.0.0/16", "ingress_hostname": "balancer.example.com"}
    done = ingress(options=behind)
    proxy = done.one("kubernetes:apps/v1:DaemonSet")
    (container,) = proxy.inputs["spec"]["template"]["spec"]["containers"]
    assert container["ports"][0]["hostPort"] == 8080
    assert "--entrypoints.web.forwardedheaders.trustedips=10.20.0.0/16" in container["args"]
    assert "--providers.kubernetesingress.ingressendpoint.hostname=balancer.example.com" in container["args"]
    others = [each for each in done.resources if each.custom and each.type != PROVIDER and each != proxy]
    assert {each.urn for each in others} == proxy.depends_on
    assert len(done.of_type("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition")) == len(KINDS)


def test_another_class_needs_no_kinds_of_traefiks_own() -> None:
    proxy = ingress(options={"ingress_class": "edge"}).one("kubernetes:apps/v1:DaemonSet")
    arguments = proxy.inputs["spec"]["template"]["spec"]["containers"][0]["args"]
    assert "--providers.kubernetescrd=true" not in arguments
    assert "--providers.kubernetesingress.ingressclass=edge" in arguments


@pytest.mark.parametrize(("name", "more"), [("traefik", {"configmaps", *KINDS}), ("ours", set())])
def test_the_ingress_sees_what_it_does_not_start_without_and_no_more(name: str, more: set[str]) -> None:
    """Its secrets are a must; config maps it looks at with kinds of its own alone, which another class has not."""
    rules = render_ingress(connection(ingress_class=name))["role"]["rules"]
    seen = {resource for rule in rules for resource in rule["resources"] if "list" in rule["verbs"]}
    assert seen == {"services", "secrets", "nodes", "endpointslices", "ingresses", "ingressclasses"} | more


def test_a_cluster_with_its_own_ingress_gets_no_other() -> None:
    done = ingress(options={"ingress": "none"})
    assert [each.type for each in done.resources] == ["foxden:index:Ingress", PROVIDER]


def test_whether_there_is_an_ingress_must_be_known() -> None:
    with pytest.raises(Failed, match=r"options\.ingress must be a plain value to be 'none'"):
        ingress(options=lambda: {"ingress": pulumi.Output.from_input("none")})
