"""Reads values from SSM's Parameter Store, with the identity of whoever deploys."""

from typing import cast

import pulumi


def read(path: str, parent: pulumi.Resource) -> pulumi.Output[str]:
    """The value of the parameter at ``path``, decrypted. It fails where there is none, or the identity may not."""
    import pulumi_aws as aws

    opts = pulumi.InvokeOptions(parent=parent)
    return cast("pulumi.Output[str]", aws.ssm.get_parameter_output(name=path, with_decryption=True, opts=opts).value)
