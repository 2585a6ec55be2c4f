"""Amazon's registry of images: its repositories, and the right to pull from them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Optional

import pulumi

from foxden.clusters.registry_spec import Registry, RegistrySpec

PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
"""All that pulling an image takes, beside signing in."""

UNTAGGED_DAYS = 14
"""How long an image without tag stays: what a push left half done, or one that lost its tag."""


def pull_policy(repositories: Iterable[str]) -> dict[str, Any]:
    """The IAM policy that lets an identity of this account pull from repositories, given as ARNs, and no others."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            # Signing in knows no resource: https://docs.aws.amazon.com/AmazonECR/latest/userguide/security_iam_id-based-policy-examples.html
            {"Sid": "SignIn", "Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
            {"Sid": "Pull", "Effect": "Allow", "Action": list(PULL), "Resource": sorted(repositories)},
        ],
    }


def readers_policy(accounts: Sequence[str], partition: str = "aws") -> dict[str, Any]:
    """The policy of a repository from which other accounts may pull."""
    roots = [f"arn:{partition}:iam::{account}:root" for account in sorted(accounts)]
    statement = {"Sid": "PullFromOtherAccounts", "Effect": "Allow", "Principal": {"AWS": roots}, "Action": list(PULL)}
    return {"Version": "2012-10-17", "Statement": [statement]}


def lifecycle_policy(keep: int) -> dict[str, Any]:
    """Which images of a repository are removed: those without tag after some days, and all but the newest ``keep``."""
    untagged = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days"}
    return {
        "rules": [
            {
                "rulePriority": 1,
                "description": f"Without tag for {UNTAGGED_DAYS} days",
                "selection": {**untagged, "countNumber": UNTAGGED_DAYS},
                "action": {"type": "expire"},
            },
            {
                "rulePriority": 2,
                "description": f"All but the newest {keep}",
                "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": keep},
                "action": {"type": "expire"},
            },
        ]
    }


def repository_arn(host: str, repository: str) -> str:
    """The ARN of a repository in the registry at ``host``."""
    account, region = host.split(".")[0], host.split(".")[3]
    return f"arn:{partition(region)}:ecr:{region}:{account}:repository/{repository}"


def partition(region: str) -> str:
    """The part of Amazon's cloud that a region is in."""
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rpartition("-")[0].rpartition("-")[0], "aws")


def create(spec: RegistrySpec, key: Optional[pulumi.Input[str]], parent: pulumi.Resource) -> Registry:
    """The repositories, made here, or those of the registry at ``spec.host``."""
    if spec.host:
        arns = [repository_arn(spec.host, repository) for repository in spec.repositories.values()]
        return Registry(
            hosts=[spec.host],
            repositories={name: f"{spec.host}/{repository}" for name, repository in spec.repositories.items()},
            pull_policy=json.dumps(pull_policy(arns), sort_keys=True),
        )
    made = {name: _repository(spec, name, key, parent) for name in spec.repositories}
    urls = {name: each.repository_url for name, each in made.items()}
    return Registry(
        hosts=pulumi.Output.all(*urls.values()).apply(lambda all: sorted({url.partition("/")[0] for url in all})),
        repositories=urls,
        pull_policy=pulumi.Output.all(*[each.arn for each in made.values()]).apply(
            lambda arns: json.dumps(pull_policy(arns), sort_keys=True)
        ),
    )


def login(
    username: Optional[pulumi.Input[str]], password: Optional[pulumi.Input[str]], parent: pulumi.Resource
) -> dict[str, Any]:
    """A short-lived password, by the identity of whoever deploys."""
    import pulumi_aws as aws

    token = aws.ecr.get_authorization_token_output(opts=pulumi.InvokeOptions(parent=parent))
    return {"username": token.user_name, "password": pulumi.Output.secret(token.password)}


def _repository(spec: RegistrySpec, name: str, key: Optional[pulumi.Input[str]], parent: pulumi.Resource) -> Any:
    import pulumi_aws as aws

    opts = pulumi.ResourceOptions(parent=parent)
    repository = aws.ecr.Repository(
        f"{spec.name}-{name}",
        name=spec.repositories[name],
        image_tag_mutability="IMMUTABLE",
        image_scanning_configuration={"scan_on_push": True},
        encryption_configurations=[{"encryption_type": "KMS", **({} if key is None else {"kms_key": key})}],
        force_delete=not spec.protect,
        tags={**spec.tags, "component": "registry", "Name": spec.repositories[name]},
        opts=opts,
    )
    aws.ecr.LifecyclePolicy(
        f"{spec.name}-{name}",
        repository=repository.name,
        policy=json.dumps(lifecycle_policy(spec.keep), sort_keys=True),
        opts=opts,
    )
    if spec.readers:
        aws.ecr.RepositoryPolicy(
            f"{spec.name}-{name}-readers",
            repository=repository.name,
            policy=repository.arn.apply(
                lambda arn: json.dumps(readers_policy(spec.readers, arn.split(":")[1]), sort_keys=True)
            ),
            opts=opts,
        )
    return repository
