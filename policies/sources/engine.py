"""Resources as the engine hands them over in a preview or an update: Pulumi's analyzer protocol.

Pulumi's own library for policy packs opens what is secret without a trace, and gives a rule up at the first value that
is not known yet. Rules here ask whether something is secret, and judge what is known; so the pack serves the protocol
itself, with the SDK's own description of it.
"""

import os
import threading
from importlib import metadata
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

from policies.model import PROVIDER_TYPES, STACK_TYPE, Level, Resource, Severity, Stack, Use, Violation
from policies.pack import OWN, Found, Judge, Pack
from policies.rule import Rule
from policies.sources import inputs, parent
from policies.sources.told import Told

NAME = "foxden"
_LEVELS = {
    Level.ADVISORY: analyzer_pb2.ADVISORY,
    Level.MANDATORY: analyzer_pb2.MANDATORY,
    Level.DISABLED: analyzer_pb2.DISABLED,
}
_SEVERITIES = {
    Severity.LOW: analyzer_pb2.POLICY_SEVERITY_LOW,
    Severity.MEDIUM: analyzer_pb2.POLICY_SEVERITY_MEDIUM,
    Severity.HIGH: analyzer_pb2.POLICY_SEVERITY_HIGH,
    Severity.CRITICAL: analyzer_pb2.POLICY_SEVERITY_CRITICAL,
}


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """Serves one engine. It asks for each resource before it is touched, and for all of them at the end."""

    def __init__(self, pack: Pack, version: str) -> None:
        self._pack = pack
        self._version = version
        self._lock = threading.Lock()
        self._environment = ""
        self._judge = Judge(pack, "")
        self._seen: dict[str, Resource] = {}
        self._kept = Told(os.environ)

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        return analyzer_pb2.AnalyzerHandshakeResponse()

    def ConfigureStack(self, request: Any, context: grpc.ServicerContext) -> Any:
        with self._lock:
            self._environment = request.stack
            self._judge = Judge(self._pack, request.stack, base=request.config.get("foxden:inherits", ""))
            self._seen = {}
            self._kept.begin(request.stack, self._judge.column)
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        # What is said in policies/settings.yaml holds everywhere alike: nothing is configured from outside.
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        return plugin_pb2.PluginInfo(version=metadata.version("pulumi"))

    def GetAnalyzerInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        own = [analyzer_pb2.PolicyInfo(name=name, description=fix) for name, fix in OWN.items()]
        told = [self._info(rule) for rule in self._pack.rules]
        return analyzer_pb2.AnalyzerInfo(name=NAME, version=self._version, policies=[*told, *own])

    def Analyze(self, request: Any, context: grpc.ServicerContext) -> Any:
        if request.type == STACK_TYPE:
            return analyzer_pb2.AnalyzeResponse()
        resource = _resource(request, request.options.parent)
        with self._lock:
            new = resource.urn not in self._seen
            self._seen[resource.urn] = resource
            return self._answer(self._kept.add(self._judge.one(resource), int(new)))

    def AnalyzeStack(self, request: Any, context: grpc.ServicerContext) -> Any:
        with self._lock:
            # Here the engine has outputs; what was asked for it said before, of all but what it left alone.
            resources = tuple(
                self._seen.get(each.urn) or _resource(each, each.parent)
                for each in request.resources
                if each.type != STACK_TYPE
            )
            return self._answer(self._kept.add(self._judge.whole(Stack(self._environment, resources))))

    def Remediate(self, request: Any, context: grpc.ServicerContext) -> Any:
        return analyzer_pb2.RemediateResponse()

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        return empty_pb2.Empty()

    def _info(self, rule: Rule) -> Any:
        return analyzer_pb2.PolicyInfo(
            name=rule.name,
            description=rule.what,
            enforcementLevel=_LEVELS[self._pack.settings.level(rule.name, self._judge.column)],
            policy_type=analyzer_pb2.POLICY_TYPE_RESOURCE if rule.check else analyzer_pb2.POLICY_TYPE_STACK,
            severity=_SEVERITIES[rule.severity],
            remediation_steps=rule.fix,
        )

    def _answer(self, found: Found) -> Any:
        violations, uses = found
        told = [self._told(each, f"{each.message}: {each.fix}") for each in violations]
        allowed = [self._told(each.violation, _allowed(each), Level.ADVISORY) for each in uses]
        return analyzer_pb2.AnalyzeResponse(diagnostics=[*told, *allowed])

    def _told(self, violation: Violation, message: str, level: Level | None = None) -> Any:
        return analyzer_pb2.AnalyzeDiagnostic(
            policyName=violation.rule,
            policyPackName=NAME,
            policyPackVersion=self._version,
            message=message,
            enforcementLevel=_LEVELS[level or violation.level],
            urn=violation.urn,
            severity=_SEVERITIES[violation.severity],
        )


def _allowed(use: Use) -> str:
    return f"{use.violation.message}: allowed by {use.owner} until {use.expires}: {use.reason}"


def _resource(given: Any, above: str) -> Resource:
    return Resource(
        type=given.type,
        name=given.name,
        urn=given.urn,
        props=inputs(given.properties),
        parent=parent(above),
        protect=given.options.protect,
        component=not given.HasField("provider") and not given.type.startswith(PROVIDER_TYPES),
    )
