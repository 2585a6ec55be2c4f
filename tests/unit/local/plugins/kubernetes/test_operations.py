"""What is done to objects, on an API server in a dict."""

from typing import Any

import pytest

from local.plugins.errors import Failure, Incomplete
from local.plugins.kubernetes import operations, preview
from local.plugins.kubernetes.kinds import Kind
from local.plugins.wire import UNKNOWN, Values
from tests.unit.local.plugins.kubernetes.fake_server import Server

MAP, DEPLOYMENT = Kind("v1", "ConfigMap"), Kind("apps/v1", "Deployment")
SERVICE, INGRESS = Kind("v1", "Service"), Kind("networking.k8s.io/v1", "Ingress")
CLAIM, SECRET = Kind("v1", "PersistentVolumeClaim"), Kind("v1", "Secret")
AT = "/api/v1/namespaces/ns/configmaps/cm"
WEB = "/apis/apps/v1/namespaces/ns/deployments/web"


@pytest.fixture
def server() -> Server:
    return Server()


def config_map(**data: str) -> Values:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cm", "namespace": "ns"}, "data": data}


def thing(kind: Kind, name: str, spec: Values | None = None, **metadata: Any) -> Values:
    named = {"name": name, "namespace": "ns", **metadata}
    return {"apiVersion": kind.api_version, "kind": kind.name, "metadata": named, "spec": spec or {}}


def annotated(**annotations: str) -> dict[str, Any]:
    return {"annotations": {f"pulumi.com/{name}": value for name, value in annotations.items()}}


class TestCreate:
    def test_applies_strictly_under_a_name_that_is_kept(self, server: Server) -> None:
        found = operations.create(server.cluster(), MAP, config_map(a="1"), 0)
        assert found.resource_id == "ns/cm" and found.outputs["data"] == {"a": "1"}
        manager = found.outputs["__fieldManager"]
        assert manager.startswith("pulumi-kubernetes-") and "managedFields" not in found.outputs["metadata"]
        assert found.outputs["__inputs"] == config_map(a="1") and found.outputs["__initialApiVersion"] == "v1"
        (query,) = [query for method, _, query in server.asked if method == "PATCH"]
        assert query == {"fieldManager": manager, "force": "false", "fieldValidation": "Strict", "dryRun": ""}

    def test_takes_nothing_over_unless_it_may(self, server: Server) -> None:
        server.objects[AT] = {"metadata": {"name": "cm", "generation": 1}}
        with pytest.raises(Failure, match="ConfigMap 'ns/cm' already exists: import it"):
            operations.create(server.cluster(), MAP, config_map(), 0)
        assert operations.create(server.cluster(adopts=True), MAP, config_map(), 0).resource_id == "ns/cm"

    def test_waits_for_one_that_is_going(self, server: Server) -> None:
        going = {"name": "cm", "namespace": "ns", "generation": 1, "deletionTimestamp": "now"}
        server.objects[AT] = {"metadata": going}
        with pytest.raises(Failure, match=r"timed out after 0\.01 s: ConfigMap 'ns/cm' still exists"):
            operations.create(server.cluster(), MAP, config_map(), 0.01)

    def test_is_patient_with_a_namespace_or_a_kind_to_come(self, server: Server) -> None:
        server.refusals["PATCH"] = (404, "NotFound", 'namespaces "ns" not found')
        with pytest.raises(Failure, match="ConfigMap 'ns/cm' can't be created: namespaces \"ns\" not found"):
            operations.create(server.cluster(), MAP, config_map(), 0)
        assert server.paused == pytest.approx(30.5)
        with pytest.raises(Failure, match=r"has no kind 'Thing' in 'a\.b/v1'"):
            operations.create(server.cluster(), Kind("a.b/v1", "Thing"), config_map(), 0)

    def test_says_what_can_be_done_about_a_conflict(self, server: Server) -> None:
        server.refusals["PATCH"] = (409, "Conflict", 'Apply failed with 1 conflict: conflict with "kubectl"')
        with pytest.raises(Failure, match="to take over what others manage, set the annotation"):
            operations.create(server.cluster(), MAP, config_map(), 0)

    def test_repeats_no_secret(self, server: Server) -> None:
        server.refusals["PATCH"] = (400, "BadRequest", "what is c2VjcmV0 here?")
        inputs = {**thing(SECRET, "s"), "data": {"a": "c2VjcmV0"}}
        with pytest.raises(Failure, match=r"what is \[secret\] here\?"):
            operations.create(server.cluster(), SECRET, inputs, 0)

    def test_that_never_gets_ready_is_kept(self, server: Server) -> None:
        with pytest.raises(Incomplete, match=r"timed out after 0\.01 s: waiting for the rollout to begin") as caught:
            operations.create(server.cluster(), DEPLOYMENT, thing(DEPLOYMENT, "web"), 0.01)
        assert caught.value.resource_id == "ns/web" and caught.value.outputs["__inputs"]["kind"] == "Deployment"

    def test_that_is_cancelled_is_kept(self, server: Server) -> None:
        server.cancelled.set()
        with pytest.raises(Incomplete, match="the operation was cancelled") as caught:
            operations.create(server.cluster(), DEPLOYMENT, thing(DEPLOYMENT, "web"), 0)
        assert caught.value.resource_id == "ns/web"

    def test_does_not_wait_where_it_is_told_not_to(self, server: Server) -> None:
        inputs = thing(DEPLOYMENT, "web", **annotated(skipAwait="true"))
        assert operations.create(server.cluster(), DEPLOYMENT, inputs, 0).resource_id == "ns/web"


class TestUpdate:
    def test_stays_with_its_manager_and_forces_when_told(self, server: Server) -> None:
        state = {"__fieldManager": "me"}
        operations.update(server.cluster(), MAP, "ns/cm", state, config_map(a="2"), 0)
        assert server.asked[-1][2]["fieldManager"] == "me" and server.asked[-1][2]["force"] == "false"
        operations.update(server.cluster(force=True), MAP, "ns/cm", state, config_map(a="2"), 0)
        assert server.asked[-1][2]["force"] == "true"

    def test_that_is_refused_leaves_the_state(self, server: Server) -> None:
        server.refusals["PATCH"] = (422, "Invalid", "field is immutable")
        with pytest.raises(Failure, match="ConfigMap 'ns/cm' can't be updated: field is immutable"):
            operations.update(server.cluster(), MAP, "ns/cm", {}, config_map(), 0)


class TestRead:
    def test_what_is_gone_or_whose_kind_is(self, server: Server) -> None:
        assert operations.read(server.cluster(), MAP, "ns/cm", {}, config_map()) is None
        assert operations.read(server.cluster(), Kind("a.b/v1", "Thing"), "x", {}, {}) is None

    def test_rehearses_and_changes_nothing(self, server: Server) -> None:
        server.objects[AT] = {**config_map(a="theirs"), "metadata": {"name": "cm", "namespace": "ns", "generation": 1}}
        found = operations.read(server.cluster(), MAP, "ns/cm", {"__fieldManager": "me"}, config_map(a="1"))
        assert found and found.outputs["__inputs"]["data"] == {"a": "theirs"}
        assert server.objects[AT]["data"] == {"a": "theirs"}
        server.refusals["PATCH"] = (403, "Forbidden", "no")
        found = operations.read(server.cluster(), MAP, "ns/cm", {}, config_map(a="1"))
        assert found and found.outputs["__inputs"]["data"] == {"a": "theirs"}

    def test_an_import_goes_on_under_the_name_it_was_applied_by(self, server: Server) -> None:
        operations.create(server.cluster(), MAP, config_map(a="1"), 0)
        made = server.objects[AT]["metadata"]["managedFields"][0]["manager"]
        found = operations.read(server.cluster(namespace="ns"), MAP, "cm", {}, {})
        assert found and found.resource_id == "ns/cm" and found.outputs["__fieldManager"] == made

    def test_one_that_is_not_ready_says_so(self, server: Server) -> None:
        server.objects[WEB] = thing(DEPLOYMENT, "web", generation=1)
        with pytest.raises(Incomplete, match="waiting for the rollout to begin"):
            operations.read(server.cluster(), DEPLOYMENT, "ns/web", {}, thing(DEPLOYMENT, "web"))


class TestDelete:
    def test_takes_what_it_owns_along_first(self, server: Server) -> None:
        server.objects[AT] = config_map()
        operations.delete(server.cluster(), MAP, "ns/cm", config_map(), 0)
        assert ("DELETE", AT) in {(method, path) for method, path, _ in server.asked} and not server.objects
        (query,) = [query for method, _, query in server.asked if method == "DELETE"]
        assert query["propagationPolicy"] == "Foreground"
        operations.delete(server.cluster(), MAP, "ns/cm", config_map(), 0)  # it is gone, which is fine
        operations.delete(server.cluster(), Kind("a.b/v1", "Thing"), "x", {}, 0)

    def test_says_what_holds_it(self, server: Server) -> None:
        held = {**config_map(), "metadata": {"name": "cm", "namespace": "ns", "uid": "u", "finalizers": ["a/b"]}}
        server.objects[AT], server.lingers = held, True
        with pytest.raises(
            Failure, match=r"timed out after 0\.01 s: ConfigMap 'ns/cm' still exists \(finalizers: a/b\)"
        ):
            operations.delete(server.cluster(), MAP, "ns/cm", config_map(), 0.01)

    def test_another_one_of_the_same_name_is_not_waited_for(self, server: Server) -> None:
        ids = iter("abcdef")
        server.objects[AT], server.lingers = config_map(), True
        server.becomes = lambda found: {**found, "metadata": {**found["metadata"], "uid": next(ids)}}
        operations.delete(server.cluster(), MAP, "ns/cm", config_map(), 0)


class TestWaits:
    def state(self, server: Server, kind: Kind, live: Values) -> str:
        try:
            operations.create(server.cluster(), kind, live, 0.01)
        except Incomplete as error:
            return str(error).partition("0.01 s: ")[2]
        return "ready"

    def endpoints(self, server: Server, ready: bool = True) -> None:
        server.objects["/apis/discovery.k8s.io/v1/namespaces/ns/endpointslices/web-1"] = {
            "metadata": {"name": "web-1"},
            "endpoints": [{"conditions": {"ready": ready}}],
        }

    @pytest.mark.parametrize(
        ("spec", "said"),
        [
            ({"selector": {"a": "b"}}, "no pod that its selector finds is ready"),
            ({}, "ready"),
            ({"selector": {"a": "b"}, "type": "ExternalName"}, "ready"),
            ({"type": "LoadBalancer"}, "the balancer has no address yet"),
        ],
    )
    def test_service(self, server: Server, spec: Values, said: str) -> None:
        self.endpoints(server, ready=False)
        assert self.state(server, SERVICE, thing(SERVICE, "web", spec)) == said

    def test_service_with_somebody_behind_it(self, server: Server) -> None:
        self.endpoints(server)
        assert self.state(server, SERVICE, thing(SERVICE, "web", {"selector": {"a": "b"}})) == "ready"

    def test_ingress(self, server: Server) -> None:
        def said(type: str = "ClusterIP", **status: Any) -> str:
            server.objects.pop("/apis/networking.k8s.io/v1/namespaces/ns/ingresses/in", None)
            paths = [{"backend": {"service": {"name": "web"}}}]
            spec = {"rules": [{"http": {"paths": paths}}], "defaultBackend": {"service": {"name": "web"}}}
            return self.state(server, INGRESS, {**thing(INGRESS, "in", spec), "status": status})

        assert said() == "it leads to service 'web', which is not there"
        server.objects["/api/v1/namespaces/ns/services/web"] = thing(SERVICE, "web", {"type": "ExternalName"})
        assert said() == "no ingress controller has given it an address"
        server.objects["/api/v1/namespaces/ns/services/web"] = thing(SERVICE, "web")
        assert said() == "it leads to service 'web', none of whose pods is ready"
        self.endpoints(server)
        assert said(loadBalancer={"ingress": [{"ip": "1.2.3.4"}]}) == "ready"

    def test_claim(self, server: Server) -> None:
        spec = {"storageClassName": "late"}
        assert self.state(server, CLAIM, thing(CLAIM, "pvc", spec)) == "the claim is Pending, not bound to a volume"
        server.objects = {"/apis/storage.k8s.io/v1/storageclasses/late": {"volumeBindingMode": "WaitForFirstConsumer"}}
        assert self.state(server, CLAIM, thing(CLAIM, "pvc", spec)) == "ready"


class TestPreview:
    def test_of_a_creation_asks_the_server_and_makes_nothing(self, server: Server) -> None:
        outputs = preview.created(server.cluster(), SERVICE, thing(SERVICE, "web", {"ports": []}))
        assert outputs["spec"] == {"clusterIP": UNKNOWN, "clusterIPs": UNKNOWN, "ports": []}
        assert outputs["metadata"]["uid"] is UNKNOWN and outputs["metadata"]["name"] == "web"
        assert server.asked[-1][2]["dryRun"] == "All" and not server.objects

    def test_with_unknown_values_asks_nothing(self, server: Server) -> None:
        outputs = preview.created(server.cluster(), MAP, config_map(a=UNKNOWN))  # type: ignore[arg-type]
        assert outputs["data"] == {"a": UNKNOWN} and server.asked == []

    def test_of_an_update_keeps_what_stays(self, server: Server) -> None:
        state = {
            "metadata": {"uid": "u", "resourceVersion": "1"},
            "spec": {"clusterIP": "10.0.0.1"},
            "__fieldManager": "me",
        }
        outputs = preview.updated(server.cluster(), SERVICE, state, thing(SERVICE, "web"))
        assert outputs["metadata"]["uid"] == "u" and outputs["metadata"]["resourceVersion"] is UNKNOWN
        assert outputs["spec"] == {"clusterIP": "10.0.0.1"} and server.asked[-1][2]["fieldManager"] == "me"

    @pytest.mark.parametrize(
        ("refusal", "passes"),
        [
            ((404, "NotFound", 'namespaces "ns" not found'), True),
            ((403, "Forbidden", "exceeded quota: q"), True),
            ((403, "Forbidden", 'namespace "ns" because it is being terminated'), True),
            ((403, "Forbidden", 'User "x" cannot patch'), False),
            ((400, "BadRequest", "strict decoding error"), False),
            ((422, "Invalid", "field is immutable"), False),
            ((0, "", ""), False),
        ],
    )
    def test_lets_pass_only_what_may_pass(self, server: Server, refusal: Any, passes: bool) -> None:
        preview.created(server.cluster(), MAP, config_map())
        server.refusals["PATCH"] = refusal
        if passes:
            preview.created(server.cluster(), MAP, config_map())
            return
        with pytest.raises(Failure, match="ConfigMap 'ns/cm' can't be created: "):
            preview.created(server.cluster(), MAP, config_map())

    def test_what_is_to_be_replaced_may_be_in_the_way(self, server: Server) -> None:
        server.objects[AT] = config_map()
        server.refusals["PATCH"] = (422, "Invalid", "field is immutable")
        preview.created(server.cluster(), MAP, config_map())
        with pytest.raises(Failure, match="can't be updated"):
            preview.updated(server.cluster(), MAP, {}, config_map())

    @pytest.mark.parametrize(
        ("metadata", "first"),
        [({"name": "cm", "namespace": "ns"}, True), ({"name": "other", "namespace": "ns"}, False)],
    )
    def test_the_old_one_goes_first_where_the_name_is_fixed(self, server: Server, metadata: Any, first: bool) -> None:
        new = {**config_map(a="2"), "metadata": metadata}
        found = preview.differences(server.cluster(), MAP, {}, config_map(a="1"), new)
        assert found.delete_first is first and any(change.replaces for change in found.changes)

    def test_a_name_of_our_own_lets_the_new_one_come_first(self, server: Server) -> None:
        metadata = {"name": "cm-1", "namespace": "ns", **annotated(autonamed="true")}
        old, new = ({**config_map(a=value), "metadata": metadata} for value in "12")
        assert not preview.differences(server.cluster(), MAP, {}, old, new).delete_first

    def test_a_namespace_that_was_found_out_late_is_no_change(self, server: Server) -> None:
        old = {**config_map(), "metadata": {"name": "cm"}}
        state = {"metadata": {"namespace": "ns"}, "__inputs": old}
        assert preview.differences(server.cluster(), MAP, state, {}, config_map()).changes == []
