"""What a read makes the inputs: of ours, and of somebody else's object."""

import base64
from typing import Any

from local.plugins.kubernetes.drift import imported, inputs_now, laid_over

WISH: dict[str, Any] = {
    "metadata": {"name": "web", "labels": {"ours": "yes"}},
    "spec": {"replicas": 1, "cpu": "1000m", "env": [{"name": "A", "value": "a"}, {"name": "B"}]},
}


def made(**spec: Any) -> dict[str, Any]:
    """What the server makes of the wish, and fills in."""
    metadata = {**WISH["metadata"], "uid": "u", "resourceVersion": "7", "generation": 1}
    filled = {**WISH["spec"], "cpu": "1", "strategy": "rolling", **spec}
    return {"metadata": metadata, "spec": filled, "status": {"replicas": 0}}


def test_what_the_server_takes_as_the_same_is_no_drift() -> None:
    live = {**made(), "status": {"replicas": 1}}
    live["metadata"] = {**live["metadata"], "resourceVersion": "9", "managedFields": []}
    assert inputs_now(WISH, made(), live) == WISH


def test_what_others_changed_or_took_is_seen_and_what_they_added_is_not() -> None:
    live = made(replicas=3, strategy="recreate", env=[{"name": "A", "value": "b"}, {"name": "B"}])
    live["metadata"] = {"name": "web", "labels": {"theirs": "too"}}
    assert inputs_now(WISH, made(), live) == {
        "metadata": {"name": "web", "labels": {}},
        "spec": {"replicas": 3, "cpu": "1000m", "env": [{"name": "A", "value": "b"}, {"name": "B"}]},
    }
    shorter = made(env=[{"name": "B"}])
    assert inputs_now(WISH, made(), shorter)["spec"]["env"] == [{"name": "B"}]


def test_texts_of_a_secret_are_compared_as_data() -> None:
    def data(**texts: str) -> dict[str, Any]:
        return {"metadata": {}, "data": {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}}

    wish = {"metadata": {}, "stringData": {"same": "s", "changed": "c", "gone": "g"}}
    rehearsed = data(same="s", changed="c", gone="g")
    now = inputs_now(wish, rehearsed, data(same="s", changed="x", theirs="t"))
    assert now == {"metadata": {}, "stringData": {"same": "s", "changed": "x"}}


def test_a_guess_where_the_server_will_not_say() -> None:
    assert laid_over({"a": {"b": 1, "c": [1, {"d": 2}]}}, {"a": {"c": [2, {"e": 3}]}}) == {
        "a": {"b": 1, "c": [2, {"d": 2, "e": 3}]}
    }


class TestImport:
    def live(self, **metadata: Any) -> dict[str, Any]:
        return {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "s", "namespace": "ns", "uid": "u", **metadata},
            "spec": {
                "type": "ClusterIP",
                "ports": [{"port": 80, "protocol": "TCP", "name": "a"}, {"port": 90, "protocol": "TCP"}],
                "words": ["x", "y"],
            },
            "status": {},
        }

    def test_takes_what_kubectl_noted(self) -> None:
        noted = {"kubectl.kubernetes.io/last-applied-configuration": '{"kind": "Service"}'}
        assert imported(self.live(annotations=noted)) == {"kind": "Service"}

    def test_takes_what_was_applied(self) -> None:
        port = 'k:{"port":80,"protocol":"TCP"}'
        fields = {"f:spec": {"f:ports": {port: {".": {}, "f:port": {}}}, "f:words": {'v:"y"': {}}, "f:gone": {}}}
        status = {"manager": "c", "operation": "Apply", "subresource": "status", "fieldsV1": {"f:status": {}}}
        filled = {"manager": "d", "operation": "Update", "fieldsV1": {"f:spec": {"f:type": {}}}}
        entry = {"manager": "a", "operation": "Apply", "fieldsV1": fields}
        second = {"manager": "b", "operation": "Apply", "fieldsV1": {"f:spec": {"f:type": {}}}}
        found = imported(self.live(managedFields=[status, filled, entry, second]))
        assert found == {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "s", "namespace": "ns"},
            "spec": {"type": "ClusterIP", "ports": [{"port": 80}], "words": ["y"]},
        }

    def test_takes_all_else_but_what_kubernetes_wrote(self) -> None:
        given = self.live(annotations={"deployment.kubernetes.io/revision": "1", "a": "b"}, managedFields=[])
        found = imported(given)
        assert found["metadata"] == {"name": "s", "namespace": "ns", "annotations": {"a": "b"}}
        assert found["spec"] == given["spec"] and "status" not in found
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}, "spec": {"finalizers": []}}
        assert imported(namespace) == {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}}
