"""Registries: where images lie."""

from collections.abc import Iterator

from policies.model import Resource, Severity, Stack
from policies.node import Node
from policies.permissions import allowing, principals
from policies.reading import siblings
from policies.rule import Domain

rules = Domain("registries")

REPOSITORY, EXPIRY = "aws:ecr/repository:Repository", "aws:ecr/lifecyclePolicy:LifecyclePolicy"


@rules.rule(
    "tags-immutable",
    REPOSITORY,
    severity=Severity.HIGH,
    what="A version, once pushed, is always the same image",
    why="What was tested is not what runs, and a rollback goes forward",
    fix="set imageTagMutability to IMMUTABLE",
    references=("FSBP ECR.2", "checkov CKV_AWS_51", "pulumi aws-ecr-repository-disallow-mutable-image"),
)
def _immutable(repository: Resource, _config: Node) -> Iterator[str]:
    if repository.inputs["imageTagMutability"].is_not("IMMUTABLE"):
        yield "lets a version be pushed twice"


@rules.rule(
    "images-scanned",
    REPOSITORY,
    severity=Severity.HIGH,
    what="Every image is searched for known weaknesses when it is pushed",
    why="They are found by others, in what already runs",
    fix="set imageScanningConfiguration.scanOnPush",
    references=(
        "FSBP ECR.1",
        "checkov CKV_AWS_163",
        "pulumi aws-ecr-repository-configure-image-scan",
        "pulumi aws-ecr-repository-enable-image-scan",
    ),
)
def _scanned(repository: Resource, _config: Node) -> Iterator[str]:
    if repository.inputs["imageScanningConfiguration.scanOnPush"].is_not(True):
        yield "searches no image"


@rules.rule(
    "images-encrypted",
    REPOSITORY,
    severity=Severity.MEDIUM,
    what="Images are encrypted with a key of the key service",
    why="Nobody can see who read them, or take the right to away",
    fix="set encryptionType to KMS",
    references=(
        "checkov CKV_AWS_136",
        "pulumi aws-ecr-repository-disallow-unencrypted-repository",
    ),
)
def _encrypted(repository: Resource, _config: Node) -> Iterator[str]:
    kinds = repository.inputs["encryptionConfigurations"]
    if not kinds.holds_opaque and not any(each["encryptionType"].is_("KMS", "KMS_DSSE") for each in kinds.each()):
        yield "encrypts images with a key that nobody sees"


@rules.whole(
    "images-expire",
    severity=Severity.LOW,
    what="Old images are deleted after a while",
    why="They are paid for, and somebody starts one",
    fix="add a LifecyclePolicy beside the repository",
    references=("FSBP ECR.3",),
)
def _expire(stack: Stack, _config: Node) -> Iterator[tuple[Resource, str]]:
    named = {each.inputs["repository"].text for each in stack.of(EXPIRY)}
    for repository in stack.of(REPOSITORY):
        name = repository.inputs["name"].text
        if not siblings(stack, repository, EXPIRY) and not (name and name in named):
            yield repository, "keeps every image forever"


@rules.rule(
    "registry-not-emptied",
    REPOSITORY,
    severity=Severity.HIGH,
    what="A repository with images in it is not deleted along with its stack",
    why="There is nothing to roll back to, and nothing to start again from",
    fix="leave forceDelete out",
)
def _emptied(repository: Resource, _config: Node) -> Iterator[str]:
    if repository.inputs["forceDelete"].is_(True):
        yield "is deleted with all images in it"


@rules.rule(
    "registry-not-public",
    "aws:ecr/repositoryPolicy:RepositoryPolicy",
    "aws:ecrpublic/repository:Repository",
    severity=Severity.CRITICAL,
    what="Images are given to those that are named",
    why="They hold all that Foxden ever wrote",
    fix="name the accounts or roles",
)
def _public(resource: Resource, _config: Node) -> Iterator[str]:
    if resource.type.startswith("aws:ecrpublic"):
        yield "is open to everybody"
    for statement in allowing(resource.inputs["policy"]):
        if "*" in principals(statement, "AWS") and statement["Condition"].absent:
            yield "gives images to everybody"
