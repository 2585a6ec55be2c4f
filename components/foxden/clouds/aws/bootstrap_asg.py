"""Core servers in an auto scaling group: one that fails is replaced, a change rolls them one by one.

A new server is waited for until it is a voter before an old one goes, which leaves raft first.
"""

import pulumi

from foxden.boot.node import SERVERS
from foxden.clouds.aws.bootstrap import Prepared
from foxden.clouds.aws.group import Group, create_group, pinned
from foxden.clouds.aws.scope import Scope
from foxden.clouds.plan import CorePlan

LEAVE_SECONDS = 300
"""How long a server has to leave raft."""


def one_more(servers: int) -> int:
    """The percentage that lets a group of so many servers have one more, and not two."""
    return -(-100 // servers)


class AsgBootstrap:
    """See :class:`foxden.clouds.aws.bootstrap.Bootstrap`."""

    replaces = True

    def create(self, plan: CorePlan, prepared: Prepared, scope: Scope) -> pulumi.Output[str]:
        """The group; it is there when all servers are voters."""
        group = Group(
            what=SERVERS,
            min=plan.servers,
            max=plan.servers + 1,
            desired=plan.servers,
            surplus=one_more(plan.servers),
            join_seconds=plan.join_deadline,
            leave_seconds=LEAVE_SECONDS,
            launch={"launch_template": {"id": prepared.template.id, "version": pinned(prepared.template)}},
            more={
                "target_group_arns": list(prepared.target_groups) or None,
                "termination_policies": ["OldestLaunchTemplate", "OldestInstance"],
            },
            opts={"protect": plan.protect or None},
        )
        # Its id and not its name, which is known before there is a group.
        ready: pulumi.Output[str] = create_group(scope, group, plan.machines, plan.site, prepared.needed).id
        return ready


BOOTSTRAP = AsgBootstrap()
