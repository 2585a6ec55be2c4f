"""The restricted profile of Pod Security, as far as it speaks of what is rendered here.

https://kubernetes.io/docs/concepts/security/pod-security-standards/ (of Kubernetes 1.34), checked on a pod's spec.
"""

from collections.abc import Iterator, Mapping
from typing import Any

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
SAFE_SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
}


def violations(template: Mapping[str, Any]) -> list[str]:
    """What the profile has against a pod, nothing where it is admitted."""
    spec = template["spec"]
    return [*_of_pod(spec), *(line for each in _containers(spec) for line in _of_container(spec, each))]


def _containers(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for kind in ("initContainers", "containers", "ephemeralContainers") for each in spec.get(kind, ())]


def _of_pod(spec: Mapping[str, Any]) -> Iterator[str]:
    for shared in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(shared):
            yield shared
    for volume in spec.get("volumes", ()):
        if set(volume) - {"name"} - VOLUMES:
            yield f"volume {volume}"
    security = spec.get("securityContext", {})
    for sysctl in security.get("sysctls", ()):
        if sysctl["name"] not in SAFE_SYSCTLS:
            yield f"sysctl {sysctl['name']}"
    if security.get("runAsUser") == 0:
        yield "runAsUser is root"
    if security.get("seLinuxOptions") or security.get("windowsOptions"):
        yield "SELinux or Windows options"


def _of_container(spec: Mapping[str, Any], container: Mapping[str, Any]) -> Iterator[str]:
    name, pod, own = container["name"], spec.get("securityContext", {}), container.get("securityContext", {})
    whole = {**pod, **own}
    if own.get("privileged"):
        yield f"{name}: privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield f"{name}: allowPrivilegeEscalation"
    if whole.get("runAsNonRoot") is not True or whole.get("runAsUser") == 0:
        yield f"{name}: may be root"
    if whole.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
        yield f"{name}: seccompProfile"
    capabilities = own.get("capabilities", {})
    if "ALL" not in capabilities.get("drop", ()) or set(capabilities.get("add", ())) - {"NET_BIND_SERVICE"}:
        yield f"{name}: capabilities"
    if own.get("procMount", "Default") != "Default":
        yield f"{name}: procMount"
    for port in container.get("ports", ()):
        if port.get("hostPort"):
            yield f"{name}: hostPort"
    for hook in container.get("lifecycle", {}).values():
        if "host" in hook.get("httpGet", {}) or "host" in hook.get("tcpSocket", {}):
            yield f"{name}: a hook's host"
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        action = container.get(probe, {})
        if "host" in action.get("httpGet", {}) or "host" in action.get("tcpSocket", {}):
            yield f"{name}: a probe's host"
