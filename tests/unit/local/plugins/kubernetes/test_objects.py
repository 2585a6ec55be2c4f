"""Names, namespaces, annotations, kinds, changes, secrets: what needs no server."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.plugins.comparing import Change, Kind
from local.plugins.errors import Failure
from local.plugins.kubernetes import kinds
from local.plugins.kubernetes.cluster import Settings
from local.plugins.kubernetes.described import tokens
from local.plugins.kubernetes.diffing import changes
from local.plugins.kubernetes.immutable import immutable
from local.plugins.kubernetes.kinds import of_token
from local.plugins.kubernetes.objects import checked, manager_of, problems, propagation_of, seconds_of
from local.plugins.kubernetes.sealing import sealed, without
from local.plugins.wire import UNKNOWN, Secret, Values, has_secret

MAP = kinds.Kind("v1", "ConfigMap")
DEPLOYMENT = kinds.Kind("apps/v1", "Deployment")


class TestKinds:
    def test_of_tokens(self) -> None:
        assert of_token("kubernetes:core/v1:Pod", {}) == kinds.Kind("v1", "Pod")
        assert of_token("kubernetes:apps/v1:Deployment", {}) == DEPLOYMENT
        ingress = of_token("kubernetes:networking.k8s.io/v1:Ingress", {"kind": "Ingress"})
        assert (ingress.group, ingress.version, str(ingress)) == (
            "networking.k8s.io",
            "v1",
            "networking.k8s.io/v1/Ingress",
        )
        assert of_token("kubernetes:example.org/v1:HotPatch", {"kind": "HotPatch"}).name == "HotPatch"

    @pytest.mark.parametrize(
        ("token", "inputs", "said"),
        [
            ("kubernetes:apps/v1:DeploymentPatch", {"kind": "Deployment"}, "patches of objects"),
            ("kubernetes:core/v1:ConfigMapList", {"items": []}, "declare each object"),
            ("kubernetes:helm.sh/v3:Release", {}, "no templates or charts"),
        ],
    )
    def test_what_is_no_object_is_refused(self, token: str, inputs: Values, said: str) -> None:
        with pytest.raises(Failure, match=said):
            of_token(token, inputs)

    def test_the_schema_has_the_sdks_types(self) -> None:
        assert {"kubernetes:apps/v1:Deployment", "kubernetes:core/v1:Secret"} <= set(tokens())


class TestCheck:
    def check(self, inputs: Values, olds: Values | None = None, kind: kinds.Kind = MAP) -> Values:
        return checked(inputs, olds or {}, kind, "cm", b"seed", "team")

    def test_a_name_and_a_namespace_are_given_and_kept(self) -> None:
        first = self.check({"data": {"a": "b"}, "immutable": None})
        assert first["apiVersion"] == "v1" and first["kind"] == "ConfigMap" and "immutable" not in first
        assert first["metadata"]["name"].startswith("cm-") and len(first["metadata"]["name"]) == 11
        assert first["metadata"]["namespace"] == "team"
        assert first["metadata"]["annotations"] == {"pulumi.com/autonamed": "true"}
        assert self.check({"data": {"a": "c"}}, first)["metadata"] == first["metadata"]

    def test_what_the_program_says_stays(self) -> None:
        metadata = {"name": "n", "namespace": "ns", "labels": {"a": UNKNOWN}}
        assert self.check({"metadata": metadata}, {"metadata": {"name": "old"}})["metadata"] == metadata
        assert self.check({"metadata": UNKNOWN})["metadata"] is UNKNOWN
        hidden = self.check({"metadata": Secret({"name": "n"})})["metadata"]
        assert hidden == Secret({"name": "n", "namespace": "team"})

    def test_data_of_a_secret_is_one(self) -> None:
        found = self.check({"data": {"a": "b"}, "stringData": {"c": "d"}}, kind=kinds.Kind("v1", "Secret"))
        assert found["data"] == Secret({"a": "b"}) and found["stringData"] == Secret({"c": "d"})

    @pytest.mark.parametrize(
        ("metadata", "said"),
        [
            ("x", "must be an object"),
            ({"generateName": "x-"}, "leave the name out"),
            ({"annotations": {"pulumi.com/waitFor": "jsonpath={.status.phase}=Up"}}, "waits for nothing but"),
            ({"annotations": {"pulumi.com/replaceUnready": "true"}}, "replaces nothing that only failed"),
            ({"annotations": {"pulumi.com/timeoutSeconds": "soon"}}, "whole number of seconds"),
            ({"annotations": {"pulumi.com/deletionPropagationPolicy": "maybe"}}, "foreground, background or orphan"),
        ],
    )
    def test_problems(self, metadata: Any, said: str) -> None:
        (found,) = problems({"metadata": metadata}, MAP)
        assert said in found.reason

    def test_no_problem(self) -> None:
        assert list(problems({"metadata": UNKNOWN}, MAP)) == []
        assert list(problems({"metadata": {"annotations": {"pulumi.com/timeoutSeconds": UNKNOWN}}}, MAP)) == []
        assert list(problems({"metadata": {"annotations": {"pulumi.com/waitFor": "condition=Ready"}}}, MAP)) == []


def annotated(**annotations: str) -> Values:
    return {"metadata": {"annotations": {f"pulumi.com/{name}": value for name, value in annotations.items()}}}


def test_annotations_are_honoured() -> None:
    assert seconds_of(annotated(timeoutSeconds="7"), 0.0, 600.0) == 7.0
    assert seconds_of(annotated(timeoutSeconds="7"), 3.0, 600.0) == 3.0
    assert seconds_of(annotated(), 0.0, 600.0) == 600.0
    assert propagation_of(annotated(deletionPropagationPolicy="Background")) == "Background"
    assert propagation_of(annotated()) == "Foreground"
    assert manager_of(annotated(patchFieldManager="me"), {"__fieldManager": "before"}) == "me"
    assert manager_of(annotated(), {"__fieldManager": "before"}) == "before"
    assert manager_of(annotated(), {}).startswith("pulumi-kubernetes-")


class TestChanges:
    def paths(self, old: Values, new: Values, kind: kinds.Kind = DEPLOYMENT, **settings: Any) -> dict[str, Any]:
        found = changes(old, new, immutable(kind, old, new, Settings(**settings)))
        return {change.path: (change.kind, change.replaces) for change in found}

    def test_are_told_field_by_field(self) -> None:
        old = {"spec": {"replicas": 1, "paused": True, "list": [{"a": 1}, 2]}, "gone": 1}
        new = {"spec": {"replicas": 2, "paused": 1, "list": [{"a": 2}], "new/key": None, "late": UNKNOWN}}
        assert self.paths(old, new) == {
            "gone": (Kind.DELETE, False),
            "spec.late": (Kind.ADD, False),
            "spec.list[0].a": (Kind.UPDATE, False),
            "spec.list[1]": (Kind.DELETE, False),
            "spec.paused": (Kind.UPDATE, False),
            "spec.replicas": (Kind.UPDATE, False),
        }

    @given(
        st.recursive(
            st.none() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner),
        )
    )
    def test_the_same_is_no_change(self, value: Any) -> None:
        assert self.paths({"spec": value}, {"spec": value}) == {}

    @pytest.mark.parametrize(
        ("kind", "path", "replaces"),
        [
            ("apps/v1:Deployment", "spec.selector.matchLabels.app", True),
            ("apps/v1:Deployment", "spec", True),
            ("apps/v1:Deployment", "spec.selectors", False),
            ("apps/v1:Deployment", "spec.template.spec.containers[0].image", False),
            ("apps/v1:StatefulSet", "spec.volumeClaimTemplates[0].spec", True),
            ("batch/v1:Job", "spec.template.spec.containers[0].image", True),
            ("batch/v1:Job", "spec.suspend", False),
            ("batch/v1:CronJob", "spec.jobTemplate", False),
            ("v1:Service", "spec.clusterIP", True),
            ("v1:Service", "spec.ports[0].port", False),
            ("v1:Pod", "spec.containers[0].image", True),
            ("v1:Pod", "spec.tolerations[0]", False),
            ("v1:Pod", "metadata.labels.a", False),
            ("v1:PersistentVolumeClaim", "spec.resources.requests.storage", False),
            ("v1:PersistentVolumeClaim", "spec.storageClassName", True),
            ("v1:Namespace", "metadata.name", True),
            ("policy/v1:PodDisruptionBudget", "spec.minAvailable", False),
            ("rbac.authorization.k8s.io/v1:RoleBinding", "roleRef.name", True),
            ("storage.k8s.io/v1:StorageClass", "provisioner", True),
        ],
    )
    def test_what_can_not_be_changed(self, kind: str, path: str, replaces: bool) -> None:
        version, _, name = kind.partition(":")
        assert immutable(kinds.Kind(version, name), {}, {}, Settings()).covers(path) is replaces

    def test_data_may_be_changed_where_the_provider_says_so(self) -> None:
        old, new = {"data": {"a": "1"}}, {"data": {"a": "2"}}
        assert self.paths(old, new, MAP) == {"data.a": (Kind.UPDATE, True)}
        assert self.paths(old, new, MAP, mutable_config_maps=True) == {"data.a": (Kind.UPDATE, False)}
        assert self.paths(old, new, MAP, mutable_secrets=True) == {"data.a": (Kind.UPDATE, True)}
        fixed = {**old, "immutable": True}
        assert self.paths(fixed, new, MAP, mutable_config_maps=True) == {
            "data.a": (Kind.UPDATE, True),
            "immutable": (Kind.DELETE, True),
        }

    def test_is_one_of_comparing(self) -> None:
        found = changes({"a": 1}, {"a": 2}, immutable(MAP, {}, {}, Settings()))
        assert found == [Change("a", Kind.UPDATE)]


class TestSecrets:
    def test_stay_where_they_are(self) -> None:
        inputs = {"spec": {"env": [{"name": "A", "value": Secret("s")}, {"name": "B", "value": "b"}], "x": "x"}}
        outputs = {"spec": {"env": [{"name": "A", "value": "s"}, {"name": "B", "value": "b"}], "x": "x"}, "status": {}}
        assert sealed(outputs, inputs) == {**inputs, "status": {}}

    def test_of_a_list_that_grew_hide_all_of_it(self) -> None:
        found = sealed({"env": ["s", "t"]}, {"env": [Secret("s")]})
        assert found == {"env": Secret(["s", "t"])}

    def test_of_a_secret_are_all_data(self) -> None:
        live = {"apiVersion": "v1", "kind": "Secret", "data": {"a": "cw=="}}
        found = sealed({**live, "__inputs": live}, {})
        assert found["data"] == found["__inputs"]["data"] == Secret({"a": "cw=="})
        assert not has_secret({**found, "data": None, "__inputs": None})

    def test_are_cut_out_of_messages(self) -> None:
        data = {"a": base64.b64encode(b"hush hush").decode()}
        assert without(f"refused {data['a']}", {"data": data}) == "refused [secret]"
        assert without("refused", {"data": UNKNOWN}) == "refused"
