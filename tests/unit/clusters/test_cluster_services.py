"""The component, and what is wrong with what users say of cluster services."""

import json
from typing import Any

import pulumi
import pytest

import foxden
from foxden.clusters.read_services import read_services
from foxden.schedulers.kubernetes.addons.images import OF
from tests.mocks import UNKNOWN, Failed, Recorded, run, unknown_output
from tests.unit.schedulers.kubernetes.addons.everything import LARGEST, SMALLEST, WHERE

lib: Any = foxden

CLUSTER: dict[str, Any] = {
    "scheduler": "kubernetes",
    "environment": "qa",
    "domain": "qa.foxden.example",
    "address": "https://10.0.0.1:6443",
    "token": "kubernetes-token",
}
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def services(preview: bool = False, cluster: Any = CLUSTER, **args: Any) -> Recorded:
    """A program of cluster services; args that are functions are called in it, to make outputs."""

    def program() -> None:
        given = {key: value() if callable(value) else value for key, value in args.items()}
        pulumi.export("services", lib.ClusterServices("qa", {"cluster": cluster, **given}).services)

    return run(program, preview=preview)


def kinds(done: Recorded) -> set[str]:
    """Of what it created."""
    return {each.type.rpartition(":")[2] for each in done.resources if each.custom and "providers" not in each.type}


def test_none_of_them_is_there_by_default() -> None:
    done = services()
    assert kinds(done) == set()
    assert done.exports["services"] == []


@pytest.mark.parametrize("wanted", [SMALLEST, LARGEST], ids=["smallest", "largest"])
def test_all_of_them_become_objects_below_the_component(wanted: dict[str, Any]) -> None:
    done = services(**WHERE, **wanted)
    parent = done.one("foxden:index:ClusterServices").urn
    made = [each for each in done.resources if each.custom and each.parent == parent]
    assert all(each.name.startswith("qa-") for each in made)
    assert set(done.exports["services"]) == set(wanted)
    assert len(done.providers) == 1


def test_what_all_need_comes_first() -> None:
    done = services(**WHERE, **SMALLEST)
    deployments = done.of_type(DEPLOYMENT)
    cloud, names = (deployments[f"qa-{each}-workload"].urn for each in ("cloud-controller", "coredns"))
    assert cloud in deployments["qa-coredns-workload"].depends_on
    for name, each in deployments.items():
        if name not in ("qa-cloud-controller-workload", "qa-coredns-workload"):
            assert names in each.depends_on


def test_health_is_waited_for_before_anybody_relies_on_it() -> None:
    done = services(certificates={"email": "it@example.com"})
    webhook = done.one(DEPLOYMENT, "qa-certificates-certificates-webhook").urn
    hooks = done.one("kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration")
    check = done.one("kubernetes:batch/v1:Job")
    issuer = done.one("kubernetes:cert-manager.io/v1:ClusterIssuer")
    assert webhook in hooks.depends_on
    assert hooks.urn in check.depends_on
    assert check.urn in issuer.depends_on


def test_what_is_called_after_its_content_is_a_resource_of_its_own() -> None:
    """A change that fails leaves what was there before, and the same command has it back."""
    settings, job = "kubernetes:core/v1:ConfigMap", "kubernetes:batch/v1:Job"
    wanted: dict[str, Any] = {"logging": {"loki": "https://loki.example.com"}, "certificates": {}}
    other: dict[str, Any] = {"logging": {"loki": "https://other.example.com"}, "certificates": {"pool": "system"}}
    before, after = services(**wanted), services(**other)
    for kind, earlier in ((settings, "qa-logging-config"), (job, "qa-certificates-certificates-check")):
        old, new = before.one(kind), after.one(kind)
        assert old.inputs["metadata"]["name"] != new.inputs["metadata"]["name"]
        assert old.urn != new.urn
        assert [alias.spec.name for alias in old.aliases] == [earlier]


def test_the_ingress_is_the_usual_one() -> None:
    done = services(ingress=True, cluster={**CLUSTER, "options": {"ingress_port": "8080"}})
    ingress = done.one("foxden:index:Ingress")
    assert ingress.parent == done.one("foxden:index:ClusterServices").urn
    assert done.one("kubernetes:apps/v1:DaemonSet").parent == ingress.urn
    assert done.exports["services"] == ["ingress"]
    assert len(done.providers) == 1


def test_what_is_known_later_makes_no_other_resources() -> None:
    late = services(preview=True, logging=lambda: {"loki": unknown_output()})
    plain = services(preview=True, logging={"loki": "https://loki.example.com"})
    settings = "kubernetes:core/v1:ConfigMap"
    # What it is called follows from what is in it.
    urns = [{each.urn for each in done.resources if each.type != settings} for done in (late, plain)]
    assert urns[0] == urns[1]
    assert late.one(settings, "qa-logging-config--new").inputs["data"] is UNKNOWN
    known = services(logging=lambda: {"loki": pulumi.Output.from_input("https://loki.example.com")})
    whole = services(logging={"loki": "https://loki.example.com"})
    assert [each.inputs for each in known.resources] == [each.inputs for each in whole.resources]


def test_a_connection_of_another_stack_is_enough() -> None:
    exported = lambda: pulumi.Output.secret({**CLUSTER, "options": {}})  # noqa: E731

    def program() -> None:
        connection = foxden.shared_connection(exported(), "kubernetes", "qa")
        lib.ClusterServices("qa", {"cluster": connection, "coredns": {}})

    assert "Deployment" in kinds(run(program))


def test_other_schedulers_have_none() -> None:
    nomad = {**CLUSTER, "scheduler": "nomad", "discovery_address": "http://127.0.0.1:8500"}
    with pytest.raises(Failed, match="cluster services: are not possible with scheduler 'nomad'") as caught:
        services(cluster=nomad, coredns={})
    assert "possible with: kubernetes" in str(caught.value)
    assert caught.value.recorded.resources == []


def test_what_a_cluster_has_by_itself_is_not_put_beside_it() -> None:
    has = {**CLUSTER, "options": {"provides": "coredns, ebs_csi"}}
    with pytest.raises(Failed) as caught:
        services(cluster=has, coredns={}, metrics_server={}, ebs_csi={})
    assert str(caught.value).splitlines() == [
        "cluster services: name must be given for ebs_csi",
        "cluster services: region must be given for ebs_csi",
        "cluster services: coredns must not be given: this cluster has its own (options.provides)",
        "cluster services: ebs_csi must not be given: this cluster has its own (options.provides)",
    ]
    assert services(cluster=has, metrics_server={}, coredns=None).exports["services"] == ["metrics_server"]


def test_what_it_has_may_be_known_later() -> None:
    def program(provides: str) -> None:
        exported = pulumi.Output.secret({**CLUSTER, "options": {"provides": provides}})
        lib.ClusterServices("qa", {"cluster": foxden.shared_connection(exported, "kubernetes", "qa"), "coredns": {}})

    assert "Deployment" in kinds(run(lambda: program("ebs_csi")))
    with pytest.raises(Failed, match="cluster services: coredns must not be given: this cluster has its own"):
        run(lambda: program("coredns"))


def test_a_cluster_has_no_more_than_there_is() -> None:
    with pytest.raises(Failed, match=r"options\.provides must name cluster services, got 'dns', did you mean"):
        services(cluster={**CLUSTER, "options": {"provides": "dns"}})


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Failed) as caught:
        services(cluster={**CLUSTER, "addres": "x"}, coredsn={}, coredns={"replicas": 0}, logging={})
    assert isinstance(caught.value.error, foxden.InvalidInput)
    assert str(caught.value).splitlines() == [
        "cluster services: coredsn is not a known field, did you mean 'coredns'?",
        "cluster: addres is not a known field, did you mean 'address'?",
        "cluster services: coredns.replicas must be from 1 to 20, got 0",
        "cluster services: logging needs either loki or cloudwatch_group",
    ]


def test_no_secret_gets_into_an_object() -> None:
    with pytest.raises(Failed, match=r"logging\.loki is a Pulumi secret"):
        services(logging=lambda: {"loki": pulumi.Output.secret("https://user:hush@loki.example.com")})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"mirror": "https://example.com"}, "mirror must be a registry's host, or begin with one"),
        ({"host_network": "no"}, "host_network must be true or false, got 'no'"),
        ({"coredns": {"address": "dns"}}, "coredns.address must be an address, got 'dns'"),
        ({"coredns": {"pool": "A"}}, "coredns.pool must be lower-case letters"),
        ({"coredns": {"images": {"corends": "x"}}}, "coredns.images.corends must be one of coredns, did you mean"),
        ({"ebs_csi": {}, "region": "eu-central-1"}, "name must be given for ebs_csi"),
        ({"cloud_controller": {}, "name": "qa"}, "region must be given for cloud_controller"),
        ({"logging": {"cloudwatch_group": "/x"}, "name": "qa"}, "region must be given for logging"),
        ({"logging": {"loki": "loki"}}, "logging.loki must be like 'https://host', got 'loki'"),
        ({"external_dns": {}, **WHERE}, "external_dns.domains must be given"),
        ({"external_dns": {"domains": []}, **WHERE}, "external_dns.domains must name a domain"),
        ({"external_dns": {"domains": ["A"]}, **WHERE}, "external_dns.domains[0] must be a host name"),
        ({"dashboard": {"oidc_client": "x"}}, "dashboard.oidc_issuer and oidc_client must be given together"),
        ({"dashboard": {"host": "a b"}}, "dashboard.host must be a host name"),
        ({"prometheus": {"days": 0}}, "prometheus.days must be from 1 to 365, got 0"),
        ({"cluster_autoscaler": {"unneeded_minutes": 0}, **WHERE}, "cluster_autoscaler.unneeded_minutes must be from"),
        ({"certificates": {"email": "me"}}, "certificates.email must be an address of mail, got 'me'"),
        ({"certificates": {"zones": {}}}, "certificates.zones must not be given without email"),
        ({"metrics_server": {"deadline": 5}}, "metrics_server.deadline must be from 10 to 3600, got 5"),
        ({"ebs_csi": {"storage_class": "A"}, **WHERE}, "ebs_csi.storage_class must be lower-case letters"),
    ],
)
def test_what_is_wrong_is_said(given: dict[str, Any], message: str) -> None:
    _, problems = read_services(given, OF)
    (found,) = problems
    assert str(found).startswith(f"cluster services: {message}")


def test_rights_at_amazon_are_no_more_than_each_takes() -> None:
    found = foxden.cluster_service_policies(
        "qa",
        [*SMALLEST, "ingress"],
        zones=["Z1"],
        log_group="/foxden/qa",
        key="arn:aws:kms:eu-central-1:123456789012:key/k",
    )
    assert set(found) == {
        *("cloud-controller", "cluster-autoscaler", "ebs-csi", "external-dns", "certificates", "logging")
    }
    for document in found.values():
        for statement in json.loads(document)["Statement"]:
            assert not any("*" in action for action in statement["Action"])
            changes = [
                each for each in statement["Action"] if not each.split(":")[1].startswith(("Describe", "List", "Get"))
            ]
            assert not changes or statement["Resource"] != ["*"] or "Condition" in statement
    sized = json.loads(found["cluster-autoscaler"])["Statement"][-1]["Condition"]
    assert sized == {"StringEquals": {"aws:ResourceTag/k8s.io/cluster-autoscaler/qa": "owned"}}
    (managed,) = [each for each in json.loads(found["cluster-autoscaler"])["Statement"] if "eks" in str(each)]
    assert managed["Action"] == ["eks:DescribeNodegroup"]
    assert managed["Resource"] == ["arn:aws:eks:*:*:nodegroup/qa/*"]
    assert foxden.cluster_service_policies("qa", ["coredns", "logging"]) == {}


def test_rights_of_what_there_is_not() -> None:
    with pytest.raises(foxden.InvalidInput, match="got 'ebs', did you mean 'ebs_csi'"):
        foxden.cluster_service_policies("qa", ["ebs"])
