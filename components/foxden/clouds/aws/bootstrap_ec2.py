"""Core servers as plain instances: systemd restarts what fails, and nothing replaces an instance.

A change of the launch template doesn't reach those that are there: all would be replaced at once, and with them the
quorum. Whoever wants it lets them go one by one, and each comes back as the template says.
"""

import pulumi

from foxden.boot.node import SERVERS
from foxden.clouds.aws.bootstrap import Prepared, zones_of_servers
from foxden.clouds.aws.scope import Scope
from foxden.clouds.aws.template import identity_tags, instance_tags
from foxden.clouds.plan import CorePlan


class Ec2Bootstrap:
    """See :class:`foxden.clouds.aws.bootstrap.Bootstrap`."""

    replaces = False

    def create(self, plan: CorePlan, prepared: Prepared, scope: Scope) -> pulumi.Output[str]:
        """An instance for each server, spread over the zones."""
        import pulumi_aws as aws

        instances = {
            server: aws.ec2.Instance(
                f"{scope.name}-{server}",
                subnet_id=plan.site.zones[zone].private,
                launch_template={
                    "id": prepared.template.id,
                    "version": prepared.template.latest_version.apply(str),
                },
                # As the template says: the provider would else see a change in it, and stop all servers for it.
                user_data_base64=prepared.told,
                disable_api_termination=plan.protect,
                tags={**instance_tags(scope, SERVERS, plan.machines.node), "Name": scope.called(f"server-{server}")},
                volume_tags={
                    **scope.tagged(f"server-{server}"),
                    **identity_tags(plan.machines.node),
                },
                opts=scope.options(
                    protect=plan.protect or None,
                    depends_on=prepared.needed,
                    ignore_changes=["launchTemplate", "userDataBase64"],
                ),
            )
            for server, zone in zones_of_servers(plan.site.zones, plan.servers).items()
        }
        for target in prepared.target_groups:
            for server, instance in instances.items():
                aws.lb.TargetGroupAttachment(
                    f"{scope.name}-{server}", target_group_arn=target, target_id=instance.id, opts=scope.opts
                )
        ids: pulumi.Output[list[str]] = pulumi.Output.all(*[instance.id for instance in instances.values()])
        return ids.apply(",".join)


BOOTSTRAP = Ec2Bootstrap()
