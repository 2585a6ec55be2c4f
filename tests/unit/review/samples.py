"""A review with something of everything, and the golden files of the reports that are rendered of it.

``python -m tests.unit.review.samples`` writes the golden files anew; look at the difference before you commit.
"""

import json
from pathlib import Path

from policies.model import Level, Severity, Use, Violation
from policies.rule import Rule
from review.findings import Finding, Place, ordered
from review.parity.compare import compare
from review.parity.declared import parse_declared
from review.parity.promotion import promotions
from review.parity.report import RULES, Parity
from review.plan import Change, Plan
from review.render import junit, markdown, sarif, terminal
from review.result import Result

GOLDEN = Path(__file__).parent / "golden"
BUCKET = "urn:pulumi:dev::foxden::foxden:index:Bucket$aws:s3/bucket:Bucket::dev-snapshots"
PODS = "urn:pulumi:dev::foxden::foxden:index:Service$nomad:index/job:Job::pods"
OPEN = Rule(
    name="no-open-admin-port",
    domain="network",
    severity=Severity.CRITICAL,
    what="No port of administrators is open to the world",
    why="Whoever finds it may try passwords",
    fix="take 0.0.0.0/0 out of the rule",
    references=("AWS FSBP EC2.19",),
)
HEALTH = Rule(
    name="service-has-a-check",
    domain="services",
    severity=Severity.MEDIUM,
    what="Every service says how it is asked whether it is well",
    why="A broken instance gets requests until somebody sees it",
    fix="give the service a health check",
)
KEPT = Rule(
    name="bucket-has-versions",
    domain="data",
    severity=Severity.LOW,
    what="A bucket keeps old versions",
    why="What is written over is gone",
    fix="switch versions on",
)
DECLARED = {
    "environments": ["local", "dev", "qa", "prod"],
    "surprise": {"dev": "advisory", "prod": "mandatory"},
    "promotion": {"prod": "mandatory"},
    "meant": [
        {"what": "cluster.servers", "apart": ["local"], "why": "one | is enough\nfor @ann"},
        {"what": "services.*.version", "why": "versions go through one after another"},
    ],
}
FACTS = {
    "local": {"cluster.servers": "1", "services.pods.version": "of its build", "services.pods.replicas": "2"},
    "dev": {"cluster.servers": "3", "services.pods.version": "1.0.0", "services.pods.replicas": "3"},
    "prod": {"cluster.servers": "3", "services.pods.version": "sha256:" + "a" * 64, "services.pods.replicas": "2"},
}


def parity() -> Parity:
    declared = parse_declared(DECLARED)
    merged = {"pods": "sha256:" + "b" * 64, "web": "sha256:" + "c" * 64}
    wanted = {"pods": {"version": "sha256:" + "a" * 64}, "web": {"version": "sha256:" + "c" * 64}}
    way = promotions("qa", "prod", wanted, [merged])
    return Parity(declared, compare(FACTS, declared.meant), ("qa",), (way,))


def plan() -> Plan:
    return Plan(
        changes=(
            Change("create", PODS.replace("pods", "new"), "nomad:index/job:Job"),
            Change("update", PODS, "nomad:index/job:Job", ("jobspec",)),
            Change("replace", BUCKET, "aws:s3/bucket:Bucket", ("bucket",)),
            Change("delete", BUCKET.replace("snapshots", "logs"), "aws:s3/bucket:Bucket", protected=True),
        ),
        unchanged=40,
    )


def whole() -> Result:
    allowed = Violation(
        PODS, KEPT.name, "keeps no versions", Level.MANDATORY, KEPT.severity, KEPT.fix, "nomad:index/job:Job::pods"
    )
    return Result(
        environment="dev",
        over="Previewed over the stack as it is deployed.",
        plan=plan(),
        rules=(OPEN, HEALTH, KEPT, *RULES),
        findings=ordered(
            [
                Finding(HEALTH.name, Level.ADVISORY, "has no check", PODS, Place("Pulumi.dev.yaml", 33)),
                Finding(OPEN.name, Level.MANDATORY, "port 22 is open to *all* of <the world>", BUCKET),
                Finding(RULES[0].name, Level.ADVISORY, "services.pods.replicas is 3, but local: 2; prod: 2"),
            ]
        ),
        exempted=(Use(allowed, "ann", "until the other bucket is there", "2030-01-31"),),
        parity=parity(),
    )


def failed() -> Result:
    return Result("dev", "Previewed over nothing.", Plan(errors=("Bucket dev: no such region",)), (OPEN,), ())


def golden() -> dict[str, str]:
    """File name to content."""
    found = {}
    for name, result in {"whole": whole(), "failed": failed()}.items():
        found[f"{name}.md"] = markdown.comment(result)
        found[f"{name}.sarif"] = json.dumps(sarif.document(result), indent=2) + "\n"
        found[f"{name}.junit.xml"] = junit.document(result)
        found[f"{name}.txt"] = "\n".join(terminal.lines(result)) + "\n"
    return found


if __name__ == "__main__":
    for each, text in golden().items():
        (GOLDEN / each).write_text(text)
