"""The core servers of a cluster on AWS, with what its pools share with them."""

import json
from dataclasses import replace

import pulumi

from foxden.boot.node import SERVERS, Role
from foxden.clouds.aws.access import Place, snapshots_policy
from foxden.clouds.aws.bootstrap import Prepared, bootstrap, bootstrap_problem
from foxden.clouds.aws.endpoint import create_endpoint
from foxden.clouds.aws.firewall import create_groups, ways_out
from foxden.clouds.aws.identity import create_identity
from foxden.clouds.aws.images import machine_problems
from foxden.clouds.aws.keys import FLOW_LOGS, create_key
from foxden.clouds.aws.programs import create_store
from foxden.clouds.aws.scope import Scope
from foxden.clouds.aws.template import create_template
from foxden.clouds.aws.versions import checked, keep
from foxden.clouds.base import BuiltCore
from foxden.clouds.plan import CorePlan, Machines
from foxden.errors import Problem


def core_problems(plan: CorePlan) -> list[Problem]:
    """What core servers on AWS can't be."""
    wrong = bootstrap_problem(plan.bootstrap)
    problems = [Problem(plan.subject, f"bootstrap {wrong}")] if wrong else []
    if plan.name.endswith(f"-{FLOW_LOGS}"):
        problems.append(Problem(plan.subject, f"name must not end with '-{FLOW_LOGS}': a network's key is called so"))
    return problems + machine_problems(plan.subject, plan.machines)


def create_core(plan: CorePlan, opts: pulumi.ResourceOptions) -> BuiltCore:
    """Key, security groups, programs, identity, launch template, and the servers."""
    scope = Scope(plan.name, f"foxden-{plan.name}", plan.machines.tags, opts)
    purpose = f"Secrets of the cluster '{plan.name}'"
    key, alias = create_key(scope, "", purpose, plan.key_deletion_days, plan.protect)
    groups = create_groups(scope, plan.site.id, plan.flows, ways_out(plan.machines.software))
    chosen = bootstrap(plan.bootstrap)
    group_name = scope.called(SERVERS) if chosen.replaces else ""
    machines = _with_snapshots(plan, key.arn)
    store = create_store(scope, plan.programs)
    _, profile, rights = create_identity(scope, SERVERS, machines, group_name, key.arn, store)
    reached = create_endpoint(scope, plan, plan.endpoint, groups) if plan.endpoint else None
    told = machines.user_data(store, reached.address if reached else "")
    version = checked(scope, plan.subject, machines.node.parameters, plan.version) if plan.version else None
    if version is not None:
        both: pulumi.Output[list[str]] = pulumi.Output.all(told, version)
        # What can't follow what runs reaches no machine.
        told = both.apply(lambda known: known[0])
    template = create_template(scope, SERVERS, machines, profile, groups[Role.SERVER], told)
    pools = _pools(scope, plan)
    targets = (reached.target_group,) if reached else ()
    ready = chosen.create(plan, Prepared(template, told, [*rights, alias, pools], targets), scope)
    if version is not None:
        keep(scope, machines.node.parameters, version, ready)
    return BuiltCore(
        key=key.arn,
        servers_security_group=groups[Role.SERVER],
        workers_security_group=groups[Role.WORKER],
        template=template.id,
        template_version=template.latest_version,
        ready=ready,
        store=store,
        endpoint=reached.address if reached else "",
    )


def _with_snapshots(plan: CorePlan, key: pulumi.Output[str]) -> Machines:
    if plan.snapshots is None:
        return plan.machines

    def document(known: list[str]) -> str:
        arn = f"arn:{Place.of(known[1]).partition}:s3:::{known[0]}"
        return json.dumps(snapshots_policy(plan.machines.node, arn), sort_keys=True)

    both: pulumi.Output[list[str]] = pulumi.Output.all(plan.snapshots, key)
    return replace(plan.machines, policies={**plan.machines.policies, "snapshots": both.apply(document)})


def _pools(scope: Scope, plan: CorePlan) -> pulumi.Resource:
    """Tells the servers whom they may give credentials to."""
    import pulumi_aws as aws

    parameter: pulumi.Resource = aws.ssm.Parameter(
        f"{scope.name}-pools",
        name=f"{plan.machines.node.parameters}/{SERVERS}/pools",
        type="String",
        # Names, no secret: told as such, so that a preview shows them.
        insecure_value=json.dumps(list(plan.pools)),
        description="Pools that may join the cluster",
        tags=scope.tagged("pools"),
        opts=scope.opts,
    )
    return parameter
