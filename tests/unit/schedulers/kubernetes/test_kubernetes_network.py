"""Discovery, routes, and who may talk to whom."""

from typing import Any

from foxden.schedulers.kubernetes.manifest import render_manifest
from tests.unit.schedulers.kubernetes.samples import connection, env, objects, pod, rendered, spec


def test_every_port_has_a_name_of_its_own_and_the_same_number() -> None:
    found = rendered(ports={"http": {"port": 8080}, "rpc": {"port": 81, "protocol": "grpc"}})
    names = {key: each["metadata"]["name"] for key, each in found.items() if key.startswith("service:")}
    assert names == {"service:http": "router", "service:rpc": "router--rpc"}
    assert found["service:http"]["spec"]["ports"] == [
        {"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}
    ]
    assert found["service:rpc"]["spec"]["ports"][0]["appProtocol"] == "kubernetes.io/h2c"


def test_needs_are_told_and_labelled() -> None:
    found = rendered(needs=["pods", "pods:admin", "db", "legacy"])
    told = env(found)
    assert told["PODS_URL"] == "http://pods.demo.svc.cluster.local:80"
    assert (told["PODS_HOST"], told["PODS_PORT"]) == ("pods.demo.svc.cluster.local", "80")
    assert told["PODS_ADMIN_URL"] == "grpc://pods--admin.demo.svc.cluster.local:80"
    assert (told["DB_HOST"], told["DB_PORT"]) == ("db.example.com", "5432")
    labels = {key for key in pod(found)["metadata"]["labels"] if key.startswith("needs.foxden/")}
    assert labels == {"needs.foxden/pods", "needs.foxden/pods--admin"}


def test_the_clusters_domain_is_its_own() -> None:
    found = objects(spec(needs=["pods"]), cluster_domain="cluster.example")
    assert env(found)["PODS_HOST"] == "pods.demo.svc.cluster.example"
    manifest = render_manifest(spec(), connection(cluster_domain="cluster.example"), {}, {})
    assert manifest["address"] == "router.demo.svc.cluster.example"


def test_what_is_outside_is_reached_at_its_port_and_at_its_address_where_that_is_known() -> None:
    egress = rendered(needs=["db", "legacy"])["policy"]["spec"]["egress"]
    to = {rule["ports"][0]["port"]: [peer["ipBlock"]["cidr"] for peer in rule["to"]] for rule in egress}
    assert to == {5432: ["0.0.0.0/0", "::/0"], 8080: ["10.1.2.3/32"]}


def test_a_policy_says_both_ways_even_where_there_is_nothing_to_allow() -> None:
    policy = rendered(kind="worker")["policy"]["spec"]
    assert policy == {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "router"}},
        "policyTypes": ["Ingress", "Egress"],
    }


def outside(found: Any) -> Any:
    """Who is let in for routes."""
    rules = found["policy"]["spec"]["ingress"]
    return [rule for rule in rules if any("podSelector" not in peer for peer in rule["from"])]


def test_the_ingress_is_let_in_where_routes_lead_and_nowhere_else() -> None:
    ports = {"http": {"port": 80}, "admin": {"port": 81}}
    assert outside(rendered(ports=ports)) == []
    (rule,) = outside(rendered(ports=ports, routes=[{}]))
    assert rule == {
        "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "foxden-ingress"}}}],
        "ports": [{"protocol": "TCP", "port": "http"}],
    }
    service = spec(ports=ports, routes=[{"port": "admin"}])
    (other,) = outside(objects(service, ingress_namespace="edge", ingress_addresses="10.0.0.0/16"))
    assert other["from"][1] == {"ipBlock": {"cidr": "10.0.0.0/16"}}
    assert other["ports"] == [{"protocol": "TCP", "port": "admin"}]


def test_routes_are_rules_of_one_object() -> None:
    routes = [{"host": "app"}, {"host": "app", "path": "/api"}, {"host": "www.example.com.", "path": "/it"}, {}]
    found = objects(spec(routes=routes), ingress_class="nginx")
    rules = {rule["host"]: rule["http"]["paths"] for rule in found["ingress"]["spec"]["rules"]}
    assert found["ingress"]["spec"]["ingressClassName"] == "nginx"
    assert {host: [path["path"] for path in paths] for host, paths in rules.items()} == {
        "app.demo.foxden.localhost": ["/", "/api"],
        "www.example.com": ["/it"],
        "demo.foxden.localhost": ["/"],
    }
    assert {path["pathType"] for paths in rules.values() for path in paths} == {"Prefix"}
    backend = {"service": {"name": "router", "port": {"name": "http"}}}
    assert all(path["backend"] == backend for paths in rules.values() for path in paths)


def test_a_prefix_that_is_taken_away_has_an_object_of_its_own() -> None:
    found = rendered(routes=[{"host": "app", "path": "/api", "strip_path": True}, {"strip_path": True}])
    (key,) = [each for each in found if each.startswith("middleware:")]
    part = key.partition(":")[2]
    assert found[key]["spec"] == {"stripPrefix": {"prefixes": ["/api"]}}
    own = found[f"ingress:{part}"]
    middleware = own["metadata"]["annotations"]["traefik.ingress.kubernetes.io/router.middlewares"]
    assert found[key]["metadata"]["name"] == f"router--{part}"
    assert middleware == f"demo-router-{part}@kubernetescrd"
    assert [rule["host"] for rule in own["spec"]["rules"]] == ["app.demo.foxden.localhost"]
    assert [rule["host"] for rule in found["ingress"]["spec"]["rules"]] == ["demo.foxden.localhost"]


def test_grpc_is_spoken_to_as_such_behind_the_ingress() -> None:
    found = rendered(ports={"rpc": {"port": 81, "protocol": "grpc"}}, routes=[{}])
    annotations = found["service:rpc"]["metadata"]["annotations"]
    assert annotations["traefik.ingress.kubernetes.io/service.serversscheme"] == "h2c"
