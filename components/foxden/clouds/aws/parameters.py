"""Values in SSM's Parameter Store, read and kept with the identity of whoever deploys."""

from collections.abc import Mapping
from typing import Optional, cast

import pulumi


def read(path: str, parent: pulumi.Resource) -> pulumi.Output[str]:
    """The value of the parameter at ``path``, decrypted. It fails where there is none, or the identity may not."""
    import pulumi_aws as aws

    opts = pulumi.InvokeOptions(parent=parent)
    return cast("pulumi.Output[str]", aws.ssm.get_parameter_output(name=path, with_decryption=True, opts=opts).value)


def keep(
    name: str,
    path: str,
    value: pulumi.Output[str],
    key: Optional[pulumi.Input[str]],
    tags: Mapping[str, str],
    parent: pulumi.Resource,
) -> None:
    """Keep a secret at ``path``, encrypted with ``key``, or with the account's own for this purpose."""
    import pulumi_aws as aws

    aws.ssm.Parameter(
        name,
        name=path,
        type="SecureString",
        value=value,
        key_id=key,
        tags={**tags, "component": "registry", "Name": path.rpartition("/")[2]},
        opts=pulumi.ResourceOptions(parent=parent),
    )
