"""What each cluster service is told."""

import json
from typing import Any

from foxden.boot.files.node.kubernetes.places import DNS_SERVICE
from foxden.clusters.read_services import LETS_ENCRYPT
from foxden.schedulers.kubernetes.addons.certificates import KINDS
from foxden.schedulers.kubernetes.addons.render import render_services
from tests.unit.schedulers.kubernetes.addons.everything import LARGEST, SMALLEST, plan, rendered
from tests.unit.schedulers.kubernetes.samples import connection


def one(service: str, services: dict[str, Any] = SMALLEST, **more: Any) -> dict[str, dict[str, Any]]:
    """Key to object of one service."""
    return rendered({service: services[service]}, **more)[service]


def pod(thing: dict[str, Any]) -> dict[str, Any]:
    """The description of the pods of one."""
    found: dict[str, Any] = thing["spec"]["template"]["spec"]
    return found


def args(thing: dict[str, Any], container: int = 0) -> list[str]:
    """The arguments of one of its containers."""
    found: list[str] = pod(thing)["containers"][container]["args"]
    return found


def test_names_are_looked_up_at_the_address_that_machines_tell() -> None:
    found = one("coredns")
    assert found["service"]["spec"]["clusterIP"] == DNS_SERVICE
    assert found["service"]["metadata"]["name"] == "kube-dns"
    assert found["workload"]["spec"]["replicas"] == 2 and "budget" in found
    assert "budget" not in rendered({"coredns": {"replicas": 1}})["coredns"]
    # It would ask itself.
    assert pod(found["workload"])["dnsPolicy"] == "Default"


def test_names_are_those_of_the_clusters_domain() -> None:
    options = {"cluster_domain": "cluster.example"}
    found = render_services(plan({"coredns": {}}), connection(**options))["coredns"]
    assert "kubernetes cluster.example in-addr.arpa" in found["config"]["data"]["Corefile"]


def test_what_the_api_asks_is_where_masters_without_a_way_to_pods_reach_it() -> None:
    for service, key in (("metrics_server", "workload"), ("certificates", "certificates-webhook")):
        assert pod(one(service)[key])["hostNetwork"] is True
        assert "hostNetwork" not in pod(one(service, host_network=False)[key])
    # Ports of a machine can't be two pods': the old one goes first.
    strategy = one("metrics_server")["workload"]["spec"]["strategy"]["rollingUpdate"]
    assert strategy == {"maxSurge": 0, "maxUnavailable": 1}


def test_what_serves_a_part_of_the_api_is_waited_for_until_the_api_reaches_it() -> None:
    assert one("metrics_server")["api"]["metadata"]["annotations"] == {"pulumi.com/waitFor": "condition=Available"}


def test_what_is_not_well_in_time_is_given_up() -> None:
    found = rendered({"prometheus": {"deadline": 60}, "metrics_server": {"deadline": 60}})
    every = {**found["prometheus"], **found["metrics_server"]}
    for key in ("states", "machines", "workload", "api"):
        assert every[key]["metadata"]["annotations"]["pulumi.com/timeoutSeconds"] == "120"
    assert every["states"]["spec"]["progressDeadlineSeconds"] == 60
    assert "progressDeadlineSeconds" not in every["machines"]["spec"]
    assert every["api"]["metadata"]["annotations"]["pulumi.com/waitFor"] == "condition=Available"
    assert "annotations" not in one("prometheus")["states"]["metadata"]


def test_certificates_of_kubelets_are_checked() -> None:
    assert not [word for word in args(one("metrics_server")["workload"]) if "insecure" in word]


def test_the_cloud_controller_comes_to_machines_that_nobody_has_looked_at() -> None:
    workload = one("cloud_controller")["workload"]
    (taint,) = pod(workload)["tolerations"]
    assert taint["key"] == "node.cloudprovider.kubernetes.io/uninitialized"
    # Balancers and routes are the library's own; so it needs no right to change anything of the cloud.
    assert "--controllers=cloud-node,cloud-node-lifecycle" in args(workload)
    assert "KubernetesClusterID=qa" in one("cloud_controller")["config"]["data"]["aws.conf"]


def test_disks_are_encrypted_and_made_where_the_pod_is() -> None:
    found, large = one("ebs_csi")["class"], one("ebs_csi", LARGEST)["class"]
    assert found["parameters"] == {"type": "gp3", "encrypted": "true"}
    assert found["volumeBindingMode"] == "WaitForFirstConsumer"
    assert large["metadata"]["name"] == "fast"
    assert large["parameters"]["kmsKeyId"].startswith("arn:aws:kms:")


def test_what_is_on_every_machine_is_on_dedicated_ones_too() -> None:
    for service, key in (("ebs_csi", "node"), ("logging", "workload"), ("prometheus", "machines")):
        assert pod(one(service, LARGEST)[key])["tolerations"] == [{"operator": "Exists"}]


def test_others_go_where_they_are_placed() -> None:
    for service in ("coredns", "metrics_server", "cluster_autoscaler", "external_dns"):
        found = pod(one(service, LARGEST)["workload"])
        assert found["nodeSelector"] == {"foxden/pool": "system"}
        assert found["tolerations"][0]["value"] == "system"


def test_only_groups_that_are_tagged_for_this_cluster_change_their_size() -> None:
    words = args(one("cluster_autoscaler", LARGEST)["workload"])
    tags = "asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/qa"
    assert f"--node-group-auto-discovery={tags}" in words
    assert "--scale-down-unneeded-time=30m" in words


def test_records_of_others_stay() -> None:
    words, large = args(one("external_dns")["workload"]), args(one("external_dns", LARGEST)["workload"])
    assert "--txt-owner-id=qa" in words
    assert ("--policy=upsert-only" in words, "--policy=sync" in large) == (True, True)
    assert "--domain-filter=www.example.com" in large


def test_the_dashboard_shows_and_changes_nothing_and_no_secret() -> None:
    found = one("dashboard", LARGEST)
    assert {verb for rule in found["role"]["rules"] for verb in rule["verbs"]} == {"get", "list", "watch"}
    bindings = [thing for thing in found.values() if thing["kind"] == "ClusterRoleBinding"]
    assert {thing["subjects"][0]["name"] for thing in bindings} == {"viewer"}
    assert {thing["roleRef"]["name"] for thing in bindings} == {"view", "foxden-dashboard-viewer"}
    assert found["ingress"]["spec"]["rules"][0]["host"] == "dashboard.demo.foxden.localhost"
    assert "-oidc-use-pkce" in args(found["workload"])
    assert "ingress" not in one("dashboard") and "ingress" not in one("dashboard")["policy"]["spec"]


def test_logs_go_where_they_are_kept() -> None:
    found = json.loads(one("logging")["config"]["data"]["fluent-bit.yaml"])
    (loki,) = found["pipeline"]["outputs"]
    assert (loki["host"], loki["port"], loki["tls"], loki["uri"]) == (
        "loki.example.com",
        443,
        True,
        "/loki/api/v1/push",
    )
    large = one("logging", LARGEST)
    (cloudwatch,) = json.loads(large["config"]["data"]["fluent-bit.yaml"])["pipeline"]["outputs"]
    assert (cloudwatch["log_group_name"], cloudwatch["region"]) == ("/foxden/qa", "eu-central-1")
    # With its machine's identity, which no pod is given.
    assert pod(large["workload"])["hostNetwork"] is True and "hostNetwork" not in pod(one("logging")["workload"])


def test_logs_are_read_by_root_without_any_of_its_rights() -> None:
    (container,) = pod(one("logging")["workload"])["containers"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    writable = [mount["name"] for mount in container["volumeMounts"] if not mount.get("readOnly")]
    assert writable == ["state"]


def test_measurements_are_kept_where_and_as_long_as_they_should() -> None:
    small, large = one("prometheus"), one("prometheus", LARGEST)
    assert "disk" not in small and {"name": "data", "emptyDir": {}} in pod(small["workload"])["volumes"]
    assert large["disk"]["spec"]["resources"]["requests"]["storage"] == "50Gi"
    assert "--storage.tsdb.retention.time=30d" in args(large["workload"])
    assert large["workload"]["spec"]["strategy"] == {"type": "Recreate"}
    settings = json.loads(large["config"]["data"]["prometheus.yml"])
    assert settings["alerting"]["alertmanagers"][0]["static_configs"] == [{"targets": ["alerts.example.com:9093"]}]
    assert "alerting" not in json.loads(small["config"]["data"]["prometheus.yml"])


def test_who_is_asked_for_measurements_is_there() -> None:
    found = one("prometheus")
    settings = json.loads(found["config"]["data"]["prometheus.yml"])
    jobs = {each["job_name"]: each for each in settings["scrape_configs"]}
    service = found["states-service"]["metadata"]
    (target,) = jobs["objects"]["static_configs"][0]["targets"]
    assert (
        target == f"{service['name']}.{service['namespace']}.svc:{found['states-service']['spec']['ports'][0]['port']}"
    )
    assert all(
        rule["annotations"]["summary"]
        for rule in json.loads(found["config"]["data"]["rules.yml"])["groups"][0]["rules"]
    )


def test_a_pod_that_has_ended_is_not_taken_for_one_that_is_down() -> None:
    settings = json.loads(one("prometheus")["config"]["data"]["prometheus.yml"])
    of_pods = [each for each in settings["scrape_configs"] if each.get("kubernetes_sd_configs") == [{"role": "pod"}]]
    assert [each["job_name"] for each in of_pods] == ["machines", "pods"]
    runs = {"action": "keep", "source_labels": ["__meta_kubernetes_pod_phase"], "regex": "Running"}
    assert all(runs in each["relabel_configs"] for each in of_pods)


def test_an_issuer_is_there_when_somebody_is_told_of_trouble() -> None:
    assert "issuer" not in one("certificates")
    issuer = one("certificates", LARGEST)["issuer"]
    (solver,) = issuer["spec"]["acme"]["solvers"]
    assert solver["selector"] == {"dnsZones": ["example.com"]}
    assert solver["dns01"]["route53"] == {"hostedZoneID": "Z1", "region": "eu-central-1"}
    by_request = rendered({"certificates": {"email": "it@example.com"}})["certificates"]["issuer"]["spec"]["acme"]
    assert by_request["server"] == LETS_ENCRYPT
    way = {"ingressClassName": "traefik", "serviceType": "ClusterIP"}
    assert by_request["solvers"] == [{"http01": {"ingress": way}}]


def test_the_api_asks_the_webhook_about_every_kind_and_is_asked_whether_it_gets_an_answer() -> None:
    found = one("certificates")
    (hook,) = found["validating"]["webhooks"]
    assert set(hook["rules"][0]["resources"]) == set(KINDS)
    assert hook["failurePolicy"] == "Fail"
    service = found["certificates-webhook-service"]["metadata"]
    assert hook["clientConfig"]["service"]["name"] == service["name"]
    check = found["certificates-check"]
    # Another image, or anything else of it, is another Job, which runs.
    assert (
        check["metadata"]["name"]
        != rendered({"certificates": {}}, mirror="m.example.com")["certificates"]["certificates-check"]["metadata"][
            "name"
        ]
    )
