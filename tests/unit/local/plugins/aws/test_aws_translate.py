"""The protocol's messages, between the SDK's words and the bridge's."""

from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2 as messages

from local.plugins.aws import translate
from local.plugins.aws.types import Autoname

GROUP = "urn:pulumi:dev::foxden::aws:ec2/securityGroup:SecurityGroup::front"
BUCKET = "urn:pulumi:dev::foxden::aws:s3/bucket:Bucket::Access-Logs"
LIFECYCLE = "urn:pulumi:dev::foxden::aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration::logs"


def struct(**values: Any) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(values)
    return made


def test_a_request_is_translated_whole() -> None:
    request = messages.UpdateRequest(
        urn=GROUP,
        type="aws:ec2/securityGroup:SecurityGroup",
        olds=struct(ingress=[]),
        news=struct(ingress=[1]),
        ignoreChanges=["egress[0].cidrBlocks"],
    )
    translate.request_to_bridge(request)
    assert request.urn.endswith("::aws:index/securityGroup:SecurityGroup::front")
    assert request.type == "aws:index/securityGroup:SecurityGroup"
    assert list(request.olds) == list(request.news) == ["ingresses"]
    assert list(request.ignoreChanges) == ["egresses[0].cidrBlocks"]


def test_a_diff_is_translated_back() -> None:
    answer = messages.DiffResponse(replaces=["ingresses"], diffs=["ingresses", "name"])
    answer.detailedDiff["ingresses[0].fromPort"].kind = messages.PropertyDiff.UPDATE
    translate.answer_from_bridge(answer, translate.changes_of("aws:ec2/securityGroup:SecurityGroup"))
    assert (list(answer.replaces), list(answer.diffs)) == (["ingress"], ["ingress", "name"])
    assert list(answer.detailedDiff) == ["ingress[0].fromPort"]
    assert answer.detailedDiff["ingress[0].fromPort"].kind == messages.PropertyDiff.UPDATE


def test_failures_of_a_check_speak_of_the_sdks_properties() -> None:
    answer = messages.CheckResponse(failures=[messages.CheckFailure(property="egresses", reason="is wrong")])
    translate.answer_from_bridge(answer, translate.changes_of("aws:ec2/securityGroup:SecurityGroup"))
    assert answer.failures[0].property == "egress"


def test_the_bridges_note_of_the_state_goes_where_values_are_reshaped() -> None:
    for urn, kept in ((GROUP, True), (LIFECYCLE, False)):
        changes = translate.changes_of(urn.split("::")[2])
        answer = messages.CreateResponse(properties=struct(__pulumi_raw_state_delta={}, id="x"))
        translate.answer_from_bridge(answer, changes)
        assert ("__pulumi_raw_state_delta" in answer.properties) is kept


def test_functions_are_translated() -> None:
    request = messages.InvokeRequest(tok="aws:ec2/getAmi:getAmi")
    assert translate.unknown(request) is None
    translate.request_to_bridge(request)
    assert request.tok == "aws:index/getAmi:getAmi"


def test_what_is_in_no_table_is_told() -> None:
    assert translate.unknown(messages.InvokeRequest(tok="aws:x/getY:getY")) == "function 'aws:x/getY:getY'"
    urn = "urn:pulumi:dev::foxden::aws:x/y:Y::name"
    assert translate.unknown(messages.CheckRequest(urn=urn)) == "type 'aws:x/y:Y'"
    provider = "urn:pulumi:dev::foxden::pulumi:providers:aws::default"
    assert translate.unknown(messages.CheckRequest(urn=provider)) is None


class TestNames:
    def test_a_bucket_is_called_by_the_resources_name_in_lower_case(self) -> None:
        request = messages.CheckRequest(urn=BUCKET, news=struct(), randomSeed=b"1")
        translate.autoname(request)
        assert str(request.news["bucket"]).startswith("access-logs-")
        again = messages.CheckRequest(urn=BUCKET, news=struct(), randomSeed=b"1")
        translate.autoname(again)
        assert again.news["bucket"] == request.news["bucket"]

    def test_it_keeps_the_name_that_it_has(self) -> None:
        request = messages.CheckRequest(urn=BUCKET, olds=struct(bucket="logs-123"), news=struct(), randomSeed=b"1")
        translate.autoname(request)
        assert request.news["bucket"] == "logs-123"

    def test_a_given_name_or_prefix_stays(self) -> None:
        for given in ({"bucket": "mine"}, {"bucketPrefix": "mine"}):
            request = messages.CheckRequest(urn=BUCKET, news=struct(**given), randomSeed=b"1")
            translate.autoname(request)
            assert dict(request.news.items()) == given

    def test_no_name_is_longer_than_it_may_be(self) -> None:
        made = translate.made_up("a" * 50, Autoname(longest=32), b"1")
        assert len(made) == 32
        assert made.startswith("a" * 24 + "-")

    def test_others_are_left_to_the_bridge(self) -> None:
        request = messages.CheckRequest(urn=GROUP, news=struct(), randomSeed=b"1")
        translate.autoname(request)
        assert len(request.news) == 0
