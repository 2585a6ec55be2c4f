"""The provider protocol over a real channel, with an API server in a dict behind it."""

from collections.abc import Iterator
from concurrent import futures
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from local.plugins.kubernetes import provider as settings
from local.plugins.kubernetes.servicer import Provider
from local.plugins.wire import UNKNOWN, Secret, Values, decode, encode
from tests.unit.local.plugins.kubernetes.fake_server import Server

URN = "urn:pulumi:dev::proj::my:Comp$kubernetes:{}::web"
SECRET, DEPLOYMENT = URN.format("core/v1:Secret"), URN.format("apps/v1:Deployment")


@pytest.fixture
def fake() -> Server:
    return Server()


@pytest.fixture
def plugin(fake: Server) -> Iterator[Any]:
    """A provider that is connected to the dict."""
    serving = grpc.server(futures.ThreadPoolExecutor(2))
    served = Provider()
    served._client = fake.cluster(namespace="team")
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(served, serving)
    port = serving.add_insecure_port("127.0.0.1:0")
    serving.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)
    serving.stop(None)


def check(plugin: Any, urn: str, inputs: Values) -> Any:
    return plugin.Check(provider_pb2.CheckRequest(urn=urn, news=encode(inputs), randomSeed=b"s"))


def create(plugin: Any, urn: str, inputs: Values, **more: Any) -> Any:
    checked = check(plugin, urn, inputs).inputs
    return plugin.Create(provider_pb2.CreateRequest(urn=urn, properties=checked, **more))


def refused(call: Any) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value.code(), str(caught.value.details())


def kept(call: Any) -> Any:
    """What the engine is told to keep of a resource that is not ready."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    error: Any = caught.value
    status = status_pb2.Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    return detail


def test_a_secret_from_check_to_delete(plugin: Any, fake: Server) -> None:
    given = {"apiVersion": "v1", "kind": "Secret", "stringData": {"a": "hush"}, "metadata": {"name": "s"}}
    made = create(plugin, SECRET, given)
    assert made.id == "team/s"
    state = decode(made.properties)
    assert state["stringData"] == state["__inputs"]["stringData"] == Secret({"a": "hush"})

    inputs = check(plugin, SECRET, {**given, "stringData": {"a": "other"}}).inputs
    request = provider_pb2.DiffRequest(
        urn=SECRET, id=made.id, olds=made.properties, old_inputs=encode(state["__inputs"]), news=inputs
    )
    told = plugin.Diff(request)
    assert list(told.replaces) == ["stringData"] and told.deleteBeforeReplace
    assert set(told.detailedDiff) == {"stringData.a"}

    read = plugin.Read(
        provider_pb2.ReadRequest(id=made.id, urn=SECRET, properties=made.properties, inputs=encode(state["__inputs"]))
    )
    assert read.id == made.id and decode(read.inputs)["metadata"] == {"name": "s", "namespace": "team"}
    plugin.Delete(provider_pb2.DeleteRequest(id=made.id, urn=SECRET, properties=made.properties))
    assert fake.objects == {}
    gone = plugin.Read(provider_pb2.ReadRequest(id=made.id, urn=SECRET, properties=made.properties, inputs=inputs))
    assert gone.id == ""


def test_previews(plugin: Any, fake: Server) -> None:
    given = {"data": {"a": UNKNOWN}, "metadata": {"name": "s"}}
    outputs = decode(create(plugin, SECRET, given, preview=True).properties)
    assert outputs["data"] == Secret({"a": UNKNOWN}) and outputs["metadata"]["uid"] is UNKNOWN
    request = provider_pb2.UpdateRequest(
        id="team/s",
        urn=SECRET,
        olds=encode({"metadata": {"uid": "u"}}),
        news=check(plugin, SECRET, {"data": {}, "metadata": {"name": "s"}}).inputs,
        preview=True,
    )
    assert decode(plugin.Update(request).properties)["metadata"]["uid"] == "u"
    assert fake.objects == {}


def test_what_is_not_ready_is_kept_at_every_step(plugin: Any) -> None:
    given = {"metadata": {"name": "web"}, "spec": {"replicas": Secret(1)}}
    first = kept(lambda: create(plugin, DEPLOYMENT, given, timeout=0.01))
    assert first.id == "team/web" and "timed out after 0.01 s" in first.reasons[0]
    assert decode(first.properties)["spec"] == {"replicas": Secret(1)}
    inputs = check(plugin, DEPLOYMENT, given).inputs
    update = provider_pb2.UpdateRequest(id=first.id, urn=DEPLOYMENT, olds=first.properties, news=inputs, timeout=0.01)
    assert kept(lambda: plugin.Update(update)).id == "team/web"
    read = provider_pb2.ReadRequest(id=first.id, urn=DEPLOYMENT, properties=first.properties, inputs=inputs)
    seen = kept(lambda: plugin.Read(read))
    assert decode(seen.inputs)["spec"] == {"replicas": Secret(1)} and "waiting for the rollout" in seen.reasons[0]


def test_what_is_wrong_is_told(plugin: Any, fake: Server) -> None:
    failures = check(plugin, SECRET, {"metadata": {"generateName": "x"}}).failures
    assert [failure.property for failure in failures] == ["metadata.generateName"]
    code, said = refused(lambda: check(plugin, URN.format("apps/v1:DeploymentPatch"), {}))
    assert code == grpc.StatusCode.FAILED_PRECONDITION and "patches" in said
    code, said = refused(lambda: plugin.Invoke(provider_pb2.InvokeRequest(tok="kubernetes:yaml:decode")))
    assert code == grpc.StatusCode.UNIMPLEMENTED and "no 'kubernetes:yaml:decode'" in said
    component = provider_pb2.ConstructRequest(type="kubernetes:yaml/v2:ConfigGroup")
    assert refused(lambda: plugin.Construct(component))[0] == grpc.StatusCode.UNIMPLEMENTED
    fake.refusals["PATCH"] = (401, "Unauthorized", "")
    _, said = refused(lambda: create(plugin, SECRET, {"metadata": {"name": "s"}}))
    assert "the API server does not know who we are (401)" in said


def test_a_provider_that_leads_nowhere(plugin: Any) -> None:
    config = {"kubeconfig": "{}", "enableServerSideApply": "false"}
    _, said = refused(lambda: plugin.Configure(provider_pb2.ConfigureRequest(args=encode(config))))
    assert "enableServerSideApply" in said
    answer = plugin.CheckConfig(
        provider_pb2.CheckRequest(urn="u", news=encode({"kubeconfig": "k", "deleteUnreachable": "true"}))
    )
    assert decode(answer.inputs)["kubeconfig"] == Secret("k")
    assert [failure.property for failure in answer.failures] == ["deleteUnreachable"]


def test_schema_and_settings(plugin: Any) -> None:
    schema = plugin.GetSchema(provider_pb2.GetSchemaRequest()).schema
    assert '"kubernetes:apps/v1:Deployment"' in schema and settings.VERSION in schema
    kubeconfig = '{"clusters": [{"name": "c", "cluster": {"server": "https://s"}}]}'
    config = {"kubeconfig": kubeconfig, "cluster": "c", "enablePatchForce": True, "upsertExistingObjects": True}
    found = settings.connect(config, Server().cancelled).settings
    assert found.force and found.adopts and found.namespace == "default" and not found.mutable_secrets


def test_a_cluster_that_is_too_old_is_told_before_anything_is_made(plugin: Any, fake: Server) -> None:
    fake.version = "v1.30.14"
    given = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}
    words = "the cluster at https://api.test is Kubernetes 1.30.14, and 1.31 or later is needed (docs/kubernetes.md)"
    for _ in range(2):
        assert refused(lambda: check(plugin, SECRET, given)) == (grpc.StatusCode.FAILED_PRECONDITION, words)
    assert [path for _, path, _ in fake.asked] == ["/version"]


def test_what_is_on_a_cluster_that_is_too_old_may_be_removed(plugin: Any, fake: Server) -> None:
    given = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}
    made = create(plugin, SECRET, given)
    fake.version = "v1.30.14"
    plugin.Delete(provider_pb2.DeleteRequest(urn=SECRET, id=made.id, properties=made.properties))
    assert fake.objects == {}


def test_a_cluster_may_keep_its_version_to_itself(plugin: Any, fake: Server) -> None:
    fake.version = ""
    assert create(plugin, SECRET, {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}).id == "team/s"
