"""Registries of images, and who may pull from them."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

import foxden
from foxden.clouds.aws.registry import lifecycle_policy, partition, pull_policy, repository_arn
from tests.mocks import Failed, Recorded, Secret, run

lib: Any = foxden

REPOSITORY = "aws:ecr/repository:Repository"
LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
READERS = "aws:ecr/repositoryPolicy:RepositoryPolicy"
IMAGE = "docker:index/image:Image"
HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
LOGIN = {"userName": "AWS", "password": "hush"}


def answer(kind: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What Amazon and Docker make of it."""
    if kind == REPOSITORY:
        arn = f"arn:aws:ecr:eu-central-1:123456789012:repository/{inputs['name']}"
        return {"repositoryUrl": f"{HOST}/{inputs['name']}", "arn": arn}
    return {"repoDigest": f"{inputs['imageName'].rpartition(':')[0]}@sha256:abc"} if kind == IMAGE else {}


def registry(args: Any, **given: Any) -> Recorded:
    """A registry with these args."""

    def program() -> None:
        made = lib.RegistryAuth("registry", args)
        for output in ("hosts", "repositories", "pull_policy", "images"):
            pulumi.export(output, getattr(made, output))

    token = "aws:ecr/getAuthorizationToken:getAuthorizationToken"
    return run(program, answer=answer, functions={token: lambda _: LOGIN}, **given)


def refused(args: Any) -> list[str]:
    """What is said of bad args; nothing may have been registered."""
    with pytest.raises(Failed) as caught:
        registry(args)
    assert isinstance(caught.value.error, foxden.InvalidInput), caught.value.error
    assert caught.value.recorded.resources == []
    return str(caught.value).splitlines()


OWN = {"prefix": "dev", "repositories": ["pods", "meeting-router"], "tags": {"environment": "dev"}}


def test_repositories_are_immutable_scanned_encrypted_and_kept() -> None:
    done = registry(OWN)
    assert set(done.of_type(REPOSITORY)) == {"registry-pods", "registry-meeting-router"}
    assert done.one(REPOSITORY, "registry-pods").inputs == {
        "name": "dev/pods",
        "imageTagMutability": "IMMUTABLE",
        "imageScanningConfiguration": {"scanOnPush": True},
        "encryptionConfigurations": [{"encryptionType": "KMS"}],
        "forceDelete": False,
        "tags": {"environment": "dev", "component": "registry", "Name": "dev/pods"},
    }
    assert len(done.of_type(LIFECYCLE)) == 2
    assert {each.parent for each in done.resources if each.custom} == {done.one("foxden:index:RegistryAuth").urn}


def test_what_nodes_are_told() -> None:
    exports = registry(OWN).exports
    assert exports["hosts"] == [HOST]
    assert exports["repositories"] == {"pods": f"{HOST}/dev/pods", "meeting-router": f"{HOST}/dev/meeting-router"}
    assert exports["images"] == {}
    pull = json.loads(exports["pull_policy"])["Statement"][1]
    assert pull["Resource"] == [
        "arn:aws:ecr:eu-central-1:123456789012:repository/dev/meeting-router",
        "arn:aws:ecr:eu-central-1:123456789012:repository/dev/pods",
    ]


def test_a_key_of_ones_own_and_no_protection() -> None:
    inputs = registry({"repositories": ["pods"], "key": "arn:key", "protect": False}).one(REPOSITORY).inputs
    assert inputs["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": "arn:key"}]
    assert inputs["forceDelete"] is True
    assert inputs["name"] == "pods"


def test_other_accounts_may_pull_and_do_nothing_else() -> None:
    done = registry({"repositories": ["pods"], "readers": ["222222222222", "111111111111"]})
    (statement,) = json.loads(done.one(READERS).inputs["policy"])["Statement"]
    assert statement["Principal"] == {"AWS": ["arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"]}
    assert not [action for action in statement["Action"] if "Put" in action or "*" in action or "Upload" in action]
    assert registry({"repositories": ["pods"]}).of_type(READERS) == {}


def test_a_registry_that_is_already_there_is_used_in_the_same_way() -> None:
    done = registry({"repositories": ["pods"], "prefix": "dev", "host": HOST})
    assert [each for each in done.resources if each.custom] == []
    own = registry({"repositories": ["pods"], "prefix": "dev"})
    assert done.exports == own.exports


@pytest.mark.parametrize(
    ("args", "address"),
    [
        ({"kind": "docker-hub", "prefix": "foxden"}, "docker.io/foxden/pods"),
        ({"kind": "ghcr", "prefix": "foxden"}, "ghcr.io/foxden/pods"),
        ({"kind": "private", "host": "registry.example.com:5000"}, "registry.example.com:5000/pods"),
    ],
)
def test_other_registries(args: Any, address: str) -> None:
    done = registry({"repositories": ["pods"], **args})
    assert [each for each in done.resources if each.custom] == []
    assert done.exports == {"hosts": [], "repositories": {"pods": address}, "pull_policy": "", "images": {}}


BUILT = {"pods": {"context": "../pods", "tag": "7"}}


def test_an_image_is_built_pushed_and_known_by_its_digest() -> None:
    done = registry({"repositories": ["pods"], "builds": BUILT})
    image = done.one(IMAGE, "registry-pods").inputs
    assert done.exports["images"] == {"pods": f"{HOST}/pods@sha256:abc"}
    assert image["imageName"] == f"{HOST}/pods:7"
    assert image["registry"] == {"server": f"{HOST}/pods", "username": "AWS", "password": Secret("hush")}
    assert (image["build"]["context"], image["build"]["platform"]) == ("../pods", "linux/amd64")
    assert image["build"]["dockerfile"] == "../pods/Dockerfile"


def test_an_image_for_another_registry() -> None:
    args = {"kind": "ghcr", "repositories": ["pods"], "builds": BUILT, "username": "ana", "password": "hush"}
    image = registry(args).one(IMAGE).inputs
    assert image["registry"] == {"server": "ghcr.io/pods", "username": "ana", "password": Secret("hush")}


def test_a_credential_is_kept_for_the_nodes_and_nowhere_plain() -> None:
    args = {
        "kind": "private",
        "host": "registry.example.com:5000",
        "repositories": ["pods"],
        "username": "ana",
        "password": "hush",
        "kept_at": "aws-ssm:/foxden/dev/shared/registries",
        "kept_key": "arn:key",
        "tags": {"environment": "dev"},
    }
    done = registry(args)
    kept = done.one("aws:ssm/parameter:Parameter").inputs
    assert kept == {
        "name": "/foxden/dev/shared/registries/registry.example.com_5000",
        "type": "SecureString",
        "value": Secret('{"username": "ana", "password": "hush"}'),
        "keyId": "arn:key",
        "tags": {"environment": "dev", "component": "registry", "Name": "registry.example.com_5000"},
    }
    component = done.one("foxden:index:RegistryAuth")
    assert (component.outputs or {})["credentials"] == ["registry.example.com:5000"]
    assert "hush" not in str(component.outputs)


def test_what_a_pool_is_given() -> None:
    def program() -> None:
        own = lib.RegistryAuth("own", {"repositories": ["pods"]})
        other = lib.RegistryAuth("other", {"kind": "ghcr", "repositories": ["pods"]})
        assert (list(own.policies), other.policies) == (["pull-images"], {})

    run(program, answer=answer)


WORDS = "must be lower-case words with '/', '-', '_' or '.' between"


@pytest.mark.parametrize(
    ("args", "line"),
    [
        ({"repositories": None}, "repositories must be given"),
        ({"repositories": []}, "repositories must name one at least"),
        ({"repositories": ["Pods"]}, f"repositories[0] {WORDS}, got 'Pods'"),
        ({"prefix": "a//b"}, f"prefix {WORDS}, got 'a//b'"),
        ({"kind": "quay"}, "kind must be one of ecr, docker-hub, ghcr, private, got 'quay'"),
        ({"kind": "private"}, "host must be given"),
        ({"kind": "private", "host": "https://x"}, "host must be a host name, with a port or without, got 'https://x'"),
        ({"host": "registry.example.com"}, "host must be one of ECR's, got 'registry.example.com'"),
        ({"readers": ["me"]}, "readers[0] must be an account of twelve digits, got 'me'"),
        ({"keep": 1}, "keep must be from 2 to 10000, got 1"),
        (
            {"kind": "ghcr", "keep": 5},
            "keep is for a registry of kind 'ecr' without a host: only that one is made here",
        ),
        ({"username": "a", "password": "b"}, None),
        ({"kind": "ghcr", "username": "a"}, "username and password must be given together"),
        ({"kind": "ghcr", "kept_at": "aws-ssm:/a"}, "kept_at needs a username and a password to keep"),
        (
            {"kind": "ghcr", "kept_at": "/a", "username": "a", "password": "b"},
            "kept_at must be like 'aws-ssm:/path', with one of aws-ssm in front, got '/a'",
        ),
        ({"builds": {"app": {"context": "a", "tag": "1"}}}, "builds.app is none of repositories"),
        ({"builds": {"pods": {"context": "a"}}}, "builds.pods.tag must be given"),
        (
            {"builds": {"pods": {"context": "a", "tag": "a b"}}},
            "builds.pods.tag must be letters, digits and '_.-', up to 128, got 'a b'",
        ),
        ({"repository": []}, "repository is not a known field, did you mean 'repositories'?"),
    ],
)
def test_bad_args(args: Any, line: str | None) -> None:
    lines = refused({"repositories": ["pods"], **args})
    if line is None:
        wrong = "is for other kinds: in 'ecr' the identity of whoever deploys counts"
        assert lines == [f"registry 'registry': {key} {wrong}" for key in ("username", "password")]
    else:
        assert lines == [f"registry 'registry': {line}"]


# The policies


def test_a_node_may_sign_in_and_pull_from_what_is_named() -> None:
    sign_in, pull = pull_policy(["arn:b", "arn:a"])["Statement"]
    assert (sign_in["Action"], sign_in["Resource"]) == ("ecr:GetAuthorizationToken", "*")
    assert pull["Resource"] == ["arn:a", "arn:b"]
    assert not [action for action in pull["Action"] if not action.startswith(("ecr:Batch", "ecr:GetDownload"))]


def test_the_rule_for_all_images_comes_last_as_amazon_wants_it() -> None:
    rules = lifecycle_policy(7)["rules"]
    assert [rule["selection"]["tagStatus"] for rule in rules] == ["untagged", "any"]
    assert rules[1]["selection"]["countNumber"] == 7
    assert [rule["rulePriority"] for rule in rules] == [1, 2]


@pytest.mark.parametrize(
    ("region", "where"),
    [("eu-central-1", "aws"), ("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_partitions(region: str, where: str) -> None:
    assert partition(region) == where
    host = f"123456789012.dkr.ecr.{region}.amazonaws.com"
    assert repository_arn(host, "a/b") == f"arn:{where}:ecr:{region}:123456789012:repository/a/b"
