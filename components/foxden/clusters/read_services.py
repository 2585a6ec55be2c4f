"""Reads what is to run in a cluster beside services: all problems at once (pure)."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Optional

from foxden.boot.files.node.kubernetes.places import DNS_SERVICE
from foxden.clusters import services_plan as plans
from foxden.clusters.services_args import (
    CertificatesArgs,
    ClusterAutoscalerArgs,
    ClusterServiceArgs,
    CoreDnsArgs,
    DashboardArgs,
    EbsCsiArgs,
    ExternalDnsArgs,
    LoggingArgs,
    PrometheusArgs,
)
from foxden.errors import Problem
from foxden.naming import host_problem, label_problem
from foxden.service.reader import Reader, Unknown, did_you_mean

SUBJECT = "cluster services"
LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"

AT_AMAZON = ("cloud_controller", "ebs_csi", "cluster_autoscaler", "external_dns")
"""Those that need to know the cluster's name and region."""

_DNS_LABEL = 63
_URL = re.compile(r"https?://[!-~]+\Z")
_PREFIX = re.compile(r"[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9._-]+)*\Z")


def read_services(args: Any, images: Mapping[str, tuple[str, ...]]) -> tuple[plans.ServicesPlan, list[Problem]]:
    """The plan, of args whose fields are known ones.

    ``images``: cluster service to the names of images that it takes.
    """
    reader = Reader(SUBJECT, args)
    name, region = reader.text("name", ""), reader.text("region", "")
    mirror: str = reader.text("mirror", "")
    if mirror and not _PREFIX.match(mirror):
        reader.complain(
            "mirror", f"must be a registry's host, or begin with one, without a '/' at its end, got {mirror!r}"
        )
    reader.flag("ingress", False)
    wanted = _Services(reader, images)
    plan = plans.ServicesPlan(
        name=name,
        region=region,
        mirror=mirror,
        host_network=reader.flag("host_network", True),
        coredns=wanted.coredns(),
        metrics_server=wanted.plain("metrics_server", plans.MetricsServer),
        cloud_controller=wanted.plain("cloud_controller", plans.CloudController),
        ebs_csi=wanted.ebs_csi(),
        cluster_autoscaler=wanted.cluster_autoscaler(),
        external_dns=wanted.external_dns(),
        dashboard=wanted.dashboard(),
        logging=wanted.logging(),
        prometheus=wanted.prometheus(),
        certificates=wanted.certificates(),
    )
    asking = [each for each in AT_AMAZON if reader.has(each)]
    if plan.logging and plan.logging.cloudwatch_group:
        asking.append("logging")
    for key in ("name", "region"):
        if asking and not reader.has(key):
            reader.complain(key, f"must be given for {', '.join(asking)}")
    return plan, reader.problems


class _Services:
    """Reads one after the other; None for those that are not given."""

    def __init__(self, reader: Reader, images: Mapping[str, tuple[str, ...]]) -> None:
        self.reader = reader
        self.images = images

    def entry(self, name: str, form: Any) -> tuple[Optional[Reader], dict[str, Any]]:
        """The reader of one, and what every cluster service has."""
        entry = self.reader.sub(name)
        if entry is None or not entry.readable:
            return None, {}
        entry.only(form.__annotations__)
        entry.require(*sorted(form.__required_keys__))
        pool = entry.text("pool", "")
        wrong = label_problem(pool, _DNS_LABEL) if pool else None
        if wrong:
            entry.complain("pool", wrong)
        images = entry.text_map("images")
        known = self.images[name]
        for key in images:
            if key not in known:
                entry.complain(f"images.{key}", f"must be one of {', '.join(known)}{did_you_mean(key, known)}")
        return entry, {"pool": pool, "images": images, "deadline": entry.integer("deadline", 600, 10, 3600)}

    def plain(self, name: str, kind: Any) -> Any:
        """One that takes no more than all do."""
        entry, common = self.entry(name, ClusterServiceArgs)
        return kind(**common) if entry else None

    def coredns(self) -> Optional[plans.CoreDns]:
        """Its address and number; the domain is the connection's."""
        entry, common = self.entry("coredns", CoreDnsArgs)
        if entry is None:
            return None
        address: str = entry.text("address", DNS_SERVICE)
        if not _is_address(address):
            entry.complain("address", f"must be an address, got {address!r}")
        return plans.CoreDns(**common, address=address, replicas=entry.integer("replicas", 2, 1, 20))

    def ebs_csi(self) -> Optional[plans.EbsCsi]:
        """Its class and key."""
        entry, common = self.entry("ebs_csi", EbsCsiArgs)
        if entry is None:
            return None
        storage_class: str = entry.text("storage_class", "gp3")
        wrong = label_problem(storage_class, _DNS_LABEL)
        if wrong:
            entry.complain("storage_class", wrong)
        return plans.EbsCsi(**common, storage_class=storage_class, key=entry.text("key", "", late=True))

    def cluster_autoscaler(self) -> Optional[plans.ClusterAutoscaler]:
        """Its patience."""
        entry, common = self.entry("cluster_autoscaler", ClusterAutoscalerArgs)
        if entry is None:
            return None
        return plans.ClusterAutoscaler(**common, unneeded_minutes=entry.integer("unneeded_minutes", 10, 1, 120))

    def external_dns(self) -> Optional[plans.ExternalDns]:
        """Its domains."""
        entry, common = self.entry("external_dns", ExternalDnsArgs)
        if entry is None:
            return None
        domains = entry.texts("domains")
        if entry.has("domains") and not domains:
            entry.complain("domains", "must name a domain")
        for place, domain in enumerate(domains):
            wrong = host_problem(domain, absolute=False)
            if wrong:
                entry.complain(f"domains[{place}]", wrong)
        return plans.ExternalDns(**common, domains=domains, removes=entry.flag("removes", False))

    def dashboard(self) -> Optional[plans.Dashboard]:
        """Its host, and who signs people in."""
        entry, common = self.entry("dashboard", DashboardArgs)
        if entry is None:
            return None
        host, issuer, client = (entry.text(key, "") for key in ("host", "oidc_issuer", "oidc_client"))
        wrong = host_problem(host, absolute=True) if host else None
        if wrong:
            entry.complain("host", wrong)
        if bool(issuer) != bool(client):
            entry.complain("oidc_issuer", "and oidc_client must be given together")
        _check_url(entry, "oidc_issuer", issuer)
        return plans.Dashboard(**common, host=host, oidc_issuer=issuer, oidc_client=client)

    def logging(self) -> Optional[plans.Logging]:
        """Where it brings logs."""
        entry, common = self.entry("logging", LoggingArgs)
        if entry is None:
            return None
        if entry.has("loki") == entry.has("cloudwatch_group"):
            entry.complain(None, "needs either loki or cloudwatch_group" + (", got both" if entry.has("loki") else ""))
        loki, group = (entry.text(key, "", late=True) for key in ("loki", "cloudwatch_group"))
        _check_url(entry, "loki", loki)
        return plans.Logging(**common, loki=loki, cloudwatch_group=group)

    def prometheus(self) -> Optional[plans.Prometheus]:
        """How long and where it keeps what."""
        entry, common = self.entry("prometheus", PrometheusArgs)
        if entry is None:
            return None
        return plans.Prometheus(
            **common,
            days=entry.integer("days", 15, 1, 365),
            disk=entry.integer("disk", 0, 0, 16384),
            storage_class=entry.text("storage_class", ""),
            alertmanager=entry.text("alertmanager", "", late=True),
        )

    def certificates(self) -> Optional[plans.Certificates]:
        """Its issuer."""
        entry, common = self.entry("certificates", CertificatesArgs)
        if entry is None:
            return None
        email: str = entry.text("email", "")
        if email and "@" not in email:
            entry.complain("email", f"must be an address of mail, got {email!r}")
        for key in ("server", "zones"):
            if entry.has(key) and not email:
                entry.complain(key, "must not be given without email: no issuer is made then")
        server = entry.text("server", LETS_ENCRYPT)
        _check_url(entry, "server", server)
        return plans.Certificates(**common, email=email, server=server, zones=entry.text_map("zones", late=True))


def _check_url(entry: Reader, key: str, url: str) -> None:
    if url and not isinstance(url, Unknown) and not _URL.match(url):
        entry.complain(key, f"must be like 'https://host', got {url!r}")


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False
