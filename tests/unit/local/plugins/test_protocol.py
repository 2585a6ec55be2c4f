"""The provider protocol, spoken over a real channel with a provider of things in a dict."""

from collections.abc import Iterator
from concurrent import futures
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from local.plugins.base import Provider
from local.plugins.wire import UNKNOWN, Secret, Values, decode, encode
from tests.unit.local.plugins.fake import PACKAGE, SHELVES

_URN = "urn:pulumi:dev::proj::my:Comp$fake:index/thing:Thing::web"


@pytest.fixture
def raw() -> Iterator[Any]:
    """A provider that is not configured."""
    server = grpc.server(futures.ThreadPoolExecutor(2))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(PACKAGE), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)
    server.stop(None)


@pytest.fixture
def provider(raw: Any) -> Any:
    """A provider that is configured."""
    raw.Configure(provider_pb2.ConfigureRequest(args=encode({"address": "here"})))
    return raw


def create(provider: Any, inputs: Values, preview: bool = False, timeout: float = 0) -> Any:
    return provider.Create(
        provider_pb2.CreateRequest(urn=_URN, properties=encode(inputs), preview=preview, timeout=timeout)
    )


def update(provider: Any, state: Values, inputs: Values, preview: bool = False) -> Values:
    request = provider_pb2.UpdateRequest(id="a", urn=_URN, olds=encode(state), news=encode(inputs), preview=preview)
    return decode(provider.Update(request).properties)


def failure(code: grpc.StatusCode, call: Any) -> str:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    assert caught.value.code() == code
    return str(caught.value.details())


class TestConfiguration:
    def test_is_checked_and_kept_secret(self, raw: Any) -> None:
        request = provider_pb2.CheckRequest(
            urn="u", news=encode({"password": "hush", "verify": "true", "version": "1.0.0"})
        )
        answer = raw.CheckConfig(request)
        assert decode(answer.inputs) == {"password": Secret("hush"), "verify": "true"}
        wrong = raw.CheckConfig(provider_pb2.CheckRequest(urn="u", news=encode({"adress": "x", "verify": "perhaps"})))
        assert {found.property: found.reason for found in wrong.failures} == {
            "adress": "is not a property here; did you mean 'address'?",
            "verify": "must be true or false, got a string",
        }

    def test_changes_without_replacing(self, raw: Any) -> None:
        request = provider_pb2.DiffRequest(urn="u", olds=encode({"address": "a"}), news=encode({"address": "b"}))
        assert list(raw.DiffConfig(request).diffs) == ["address"]
        assert list(raw.DiffConfig(request).replaces) == []

    def test_that_leads_nowhere_is_an_error(self, raw: Any) -> None:
        request = provider_pb2.ConfigureRequest(args=encode({"address": "nowhere"}))
        said = failure(grpc.StatusCode.FAILED_PRECONDITION, lambda: raw.Configure(request))
        assert said == "nowhere is no address"

    def test_comes_first(self, raw: Any) -> None:
        said = failure(grpc.StatusCode.FAILED_PRECONDITION, lambda: create(raw, {"name": "a", "text": "t"}))
        assert "not configured" in said

    def test_the_provider_tells_what_it_is(self, raw: Any) -> None:
        assert raw.GetPluginInfo(empty_pb2.Empty()).version == "1.0.0"
        assert raw.Handshake(provider_pb2.ProviderHandshakeRequest()).accept_secrets
        assert '"fake:index/thing:Thing"' in raw.GetSchema(provider_pb2.GetSchemaRequest()).schema


class TestCheck:
    def check(self, provider: Any, inputs: Values, olds: Values | None = None) -> Any:
        return provider.Check(
            provider_pb2.CheckRequest(urn=_URN, news=encode(inputs), olds=encode(olds or {}), randomSeed=b"s")
        )

    def test_fills_in_and_names(self, provider: Any) -> None:
        inputs = decode(self.check(provider, {"text": "t"}).inputs)
        assert inputs["size"] == 1 and inputs["name"].startswith("web-")
        assert decode(self.check(provider, {"text": "t"}, inputs).inputs)["name"] == inputs["name"]

    def test_asks_the_handler_once_the_table_is_content(self, provider: Any) -> None:
        def told(inputs: Values) -> list[tuple[str, str]]:
            return [(found.property, found.reason) for found in self.check(provider, inputs).failures]

        assert told({"text": "refused"}) == [("text", "may not be that")]
        assert told({"text": "refused", "size": "x"}) == [("size", "must be a whole number, got a string")]
        assert told({"text": UNKNOWN}) == []


class TestCreate:
    def test_gives_id_and_outputs_with_secrets_kept(self, provider: Any) -> None:
        answer = create(provider, {"name": "a", "text": Secret("t"), "items": Secret({"k": "v"})})
        assert answer.id == "a"
        assert decode(answer.properties) == {
            "name": "a",
            "text": Secret("t"),
            "items": Secret({"k": "v"}),
            "place": "dc1",
            "made": Secret("of t"),
            "index": 1,
        }

    def test_preview_knows_what_can_be_known_and_makes_nothing(self, provider: Any) -> None:
        outputs = decode(create(provider, {"name": "a", "text": "t"}, preview=True).properties)
        assert outputs == {"name": "a", "text": "t", "made": "of t", "place": UNKNOWN, "index": UNKNOWN}
        assert SHELVES[-1].things == {}

    def test_preview_with_unknown_inputs_asks_the_server_nothing(self, provider: Any) -> None:
        outputs = decode(create(provider, {"name": "a", "text": UNKNOWN, "labels": {"a": UNKNOWN}}, True).properties)
        assert outputs["text"] is UNKNOWN and outputs["made"] is UNKNOWN and outputs["labels"] == {"a": UNKNOWN}
        assert SHELVES[-1].asked == []

    def test_failure_has_the_servers_words(self, provider: Any) -> None:
        said = failure(grpc.StatusCode.FAILED_PRECONDITION, lambda: create(provider, {"name": "a", "text": "broken"}))
        assert said == "the server said: no"

    def test_half_made_is_kept_in_the_state(self, provider: Any) -> None:
        with pytest.raises(grpc.RpcError) as caught:
            create(provider, {"name": "a", "text": "half", "items": {"k": "v"}})
        error: Any = caught.value
        status = status_pb2.Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
        detail = provider_pb2.ErrorResourceInitFailed()
        assert status.details[0].Unpack(detail)
        assert detail.id == "a" and list(detail.reasons) == ["it never got healthy"]
        kept = decode(detail.properties)
        assert kept["index"] == 0 and kept["items"] == Secret({"k": "v"})

    @pytest.mark.parametrize(("asked", "given"), [(0, 300.0), (7, 7.0)])
    def test_time_limit(self, provider: Any, asked: float, given: float) -> None:
        create(provider, {"name": "a", "text": "t"}, timeout=asked)
        assert SHELVES[-1].seconds == given

    def test_of_an_unknown_type_says_which_there_are(self, provider: Any) -> None:
        request = provider_pb2.CreateRequest(urn="urn:pulumi:d::p::fake:index/other:Other::x", properties=encode({}))
        said = failure(grpc.StatusCode.UNIMPLEMENTED, lambda: provider.Create(request))
        assert "no 'fake:index/other:Other', only fake:index/thing:Thing" in said
        said = failure(
            grpc.StatusCode.UNIMPLEMENTED, lambda: provider.Invoke(provider_pb2.InvokeRequest(tok="fake:index/get:get"))
        )
        assert "no 'fake:index/get:get'" in said

    def test_a_function_answers_or_says_why_not(self, provider: Any) -> None:
        create(provider, {"name": "a", "text": "t"})
        request = provider_pb2.InvokeRequest(tok="fake:index/find:find", args=encode({"name": "a"}))
        found = decode(getattr(provider.Invoke(request), "return"))
        assert (found["name"], found["text"]) == ("a", "t")
        other = provider_pb2.InvokeRequest(tok="fake:index/find:find", args=encode({"name": "b"}))
        assert failure(grpc.StatusCode.FAILED_PRECONDITION, lambda: provider.Invoke(other)) == "no thing is called b"


class TestUpdate:
    state: Values = {"name": "a", "text": "t", "place": "dc1", "made": "of t", "index": 1}  # noqa: RUF012

    def diff(self, provider: Any, inputs: Values) -> Any:
        return provider.Diff(provider_pb2.DiffRequest(id="a", urn=_URN, olds=encode(self.state), news=encode(inputs)))

    def test_diff(self, provider: Any) -> None:
        assert self.diff(provider, {"name": "a", "text": "t"}).changes == provider_pb2.DiffResponse.DIFF_NONE
        assert list(self.diff(provider, {"name": "a", "text": "u"}).replaces) == []
        assert list(self.diff(provider, {"name": "b", "text": "u"}).replaces) == ["name"]

    def test_preview_keeps_what_stays_and_leaves_open_what_changes(self, provider: Any) -> None:
        assert update(provider, self.state, {"name": "a", "text": UNKNOWN}, preview=True) == {
            "name": "a",
            "text": UNKNOWN,
            "place": "dc1",
            "made": UNKNOWN,
            "index": UNKNOWN,
        }

    def test_gives_the_new_outputs(self, provider: Any) -> None:
        assert update(provider, self.state, {"name": "a", "text": "u"})["index"] == 2

    def test_failure_is_told(self, provider: Any) -> None:
        said = failure(
            grpc.StatusCode.FAILED_PRECONDITION,
            lambda: update(provider, self.state, {"name": "a", "text": "broken"}),
        )
        assert said == "the server said: no"

    def test_cancelled(self, provider: Any) -> None:
        provider.Cancel(empty_pb2.Empty())
        failure(grpc.StatusCode.CANCELLED, lambda: update(provider, self.state, {"name": "a", "text": "u"}))


class TestRead:
    def read(self, provider: Any, resource_id: str, inputs: Values) -> Any:
        return provider.Read(
            provider_pb2.ReadRequest(id=resource_id, urn=_URN, inputs=encode(inputs), properties=encode(inputs))
        )

    def test_gone_is_an_empty_answer(self, provider: Any) -> None:
        assert self.read(provider, "a", {"name": "a", "text": "t"}).id == ""

    def test_finds_drift_and_keeps_secrets(self, provider: Any) -> None:
        create(provider, {"name": "a", "text": Secret("t"), "items": {"k": "v"}})
        SHELVES[-1].things["a"]["text"] = "by hand"
        answer = self.read(provider, "a", {"name": "a", "text": Secret("t"), "items": Secret({"k": "v"})})
        assert answer.id == "a"
        assert decode(answer.inputs) == {"name": "a", "text": Secret("by hand"), "items": Secret({"k": "v"})}
        assert decode(answer.properties)["made"] == Secret("of t")

    def test_imports_what_says_something(self, provider: Any) -> None:
        create(provider, {"name": "a", "text": "t", "labels": {}, "items": {"k": "v"}})
        assert decode(self.read(provider, "a", {}).inputs) == {"name": "a", "text": "t", "items": Secret({"k": "v"})}


def test_delete(provider: Any) -> None:
    create(provider, {"name": "a", "text": "t"})
    request = provider_pb2.DeleteRequest(id="a", urn=_URN, properties=encode({"name": "a", "text": "t"}))
    provider.Delete(request)
    provider.Delete(request)
    assert SHELVES[-1].things == {}
