"""The connection's options."""

import json
from base64 import b64decode

import pytest
import yaml

from foxden import InvalidInput
from foxden.schedulers.kubernetes.kubeconfig import kubeconfig_of
from foxden.schedulers.kubernetes.options import KNOWN, KubernetesOptions, options_of, read_options
from foxden.service.reader import UNKNOWN
from local.paths import REPO
from tests.unit.schedulers.kubernetes.samples import golden


def test_none_given_means_defaults() -> None:
    assert read_options({}) == (KubernetesOptions(), [])


def test_all_are_read() -> None:
    given = {
        "kubeconfig": "~/.kube/config",
        "context": "kind-foxden",
        "cluster_domain": "cluster.example",
        "dns_addresses": "169.254.20.10/32",
        "ingress": "none",
        "ingress_class": "nginx",
        "ingress_namespace": "ingress-nginx",
        "ingress_addresses": "10.0.0.0/8, fd00::/8",
        "ingress_hostname": "balancer.example.com",
        "ingress_image": "example.com/traefik:1",
        "ingress_port": "8080",
        "trusted_proxies": "10.20.0.0/16",
        "pull_secret": "registry",
        "run_as_user": "1000",
        "root_filesystem": "writable",
        "provides": "coredns, ebs_csi",
        "job_wait": "0",
        "quota_cpu": "8",
        "quota_memory": "2048",
        "quota_pods": "40",
        "container_max_cpu": "2",
        "container_max_memory": "512",
    }
    expected = KubernetesOptions(
        kubeconfig="~/.kube/config",
        context="kind-foxden",
        cluster_domain="cluster.example",
        dns_addresses=("169.254.20.10/32",),
        own_ingress=False,
        ingress_class="nginx",
        ingress_namespace="ingress-nginx",
        ingress_addresses=("10.0.0.0/8", "fd00::/8"),
        ingress_hostname="balancer.example.com",
        ingress_image="example.com/traefik:1",
        ingress_port=8080,
        trusted_proxies=("10.20.0.0/16",),
        pull_secret="registry",
        run_as_user=1000,
        writable_root=True,
        provides=("coredns", "ebs_csi"),
        job_wait=0,
        quota_cpu=8,
        quota_memory=2048,
        quota_pods=40,
        container_max_cpu=2,
        container_max_memory=512,
    )
    assert given.keys() == set(KNOWN)
    assert read_options(given) == (expected, [])
    assert options_of(given) == expected


def test_what_is_not_known_yet_is_left_aside() -> None:
    assert read_options(dict.fromkeys(KNOWN, UNKNOWN)) == (KubernetesOptions(), [])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"contxt": "a"}, "options.contxt is not a known field, did you mean 'context'?"),
        ({"ingress": "nginx"}, "options.ingress must be one of own, none, got 'nginx'"),
        ({"root_filesystem": "rw"}, "options.root_filesystem must be one of read-only, writable, got 'rw'"),
        ({"run_as_user": "0"}, "options.run_as_user must be a whole number from 1 to 2147483647, got '0'"),
        ({"job_wait": "-1"}, "options.job_wait must be a whole number from 0 to 86400, got '-1'"),
        ({"dns_addresses": "10.0.0.1"}, "options.dns_addresses must be CIDRs joined by ',', got '10.0.0.1'"),
        ({"ingress_class": "Traefik"}, "options.ingress_class must be lower-case letters, digits and hyphens"),
        ({"quota_pods": "many"}, "options.quota_pods must be a whole number from 1 to 1000000000, got 'many'"),
    ],
)
def test_what_is_wrong_is_said(given: dict[str, str], message: str) -> None:
    (problem,) = read_options(given)[1]
    assert str(problem).startswith(f"cluster: {message}")


def test_the_page_names_every_option() -> None:
    text = (REPO / "docs" / "kubernetes.md").read_text()
    assert [option for option in KNOWN if f"| `{option}` |" not in text] == []


def test_a_kubeconfig_is_made_of_plain_data() -> None:
    made = json.loads(kubeconfig_of({}, "https://10.0.0.1:6443", "-----BEGIN CERTIFICATE-----", "t") or "")
    (cluster,), (user,), (context,) = made["clusters"], made["users"], made["contexts"]
    assert cluster["cluster"]["server"] == "https://10.0.0.1:6443"
    assert b64decode(cluster["cluster"]["certificate-authority-data"]) == b"-----BEGIN CERTIFICATE-----"
    assert user["user"] == {"token": "t"}
    assert made["current-context"] == context["name"]
    assert context["context"] == {"cluster": cluster["name"], "user": user["name"]}


def test_without_authority_and_token_nothing_is_said_of_them() -> None:
    made = json.loads(kubeconfig_of({}, "http://127.0.0.1:8001", None, None) or "")
    assert made["clusters"][0]["cluster"] == {"server": "http://127.0.0.1:8001"}
    assert made["users"][0]["user"] == {}


def test_what_the_options_name_is_taken_as_it_is() -> None:
    assert kubeconfig_of({"kubeconfig": "~/k", "context": "c"}, "https://a", "ca", "t") == "~/k"
    with pytest.raises(InvalidInput, match="context must be a plain value, or have"):
        kubeconfig_of({"context": "c"}, "https://a", "ca", "t")


def test_the_page_gives_whoever_deploys_every_right_that_a_service_takes() -> None:
    text = (REPO / "docs" / "kubernetes.md").read_text()
    role = yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])
    able = {
        (group, resource)
        for rule in role["rules"]
        if {"create", "patch", "delete"} <= set(rule["verbs"])
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }
    plurals = {"NetworkPolicy": "networkpolicies", "Ingress": "ingresses"}
    kinds = [each for name, text in golden().items() if name != "ingress.json" for each in json.loads(text).values()]
    assert {each["kind"] for each in kinds} >= {"Namespace", "Middleware", "CronJob", "LimitRange"}
    for each in kinds:
        group = each["apiVersion"].rpartition("/")[0]
        assert (group, plurals.get(each["kind"], each["kind"].lower() + "s")) in able
