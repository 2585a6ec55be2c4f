"""The local environment on a Kubernetes that is there already: kind, k3d, minikube, Docker Desktop, or a remote one."""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from foxden.schedulers.kubernetes.options import NO_INGRESS
from local.agents import Cluster, interpreter
from local.agents.cluster import load
from local.agents.ports import LOOPBACK
from local.agents.progress import Progress
from local.artifacts.build import Artifact, write_artifacts
from local.artifacts.engine import Engine
from local.artifacts.images import build_image
from local.artifacts.sources import read_sources
from local.artifacts.store import place
from local.commands import environments
from local.commands.backends import Backend, Questions
from local.commands.kubernetes_api import INGRESS_SPACE, Kubernetes, refusal
from local.commands.nomad_facts import Route
from local.errors import LocalError
from local.kubernetes.places import INGRESS_PORT
from local.kubernetes.rights import DEPLOYER, INGRESS, Right, missing
from local.kubernetes.taken import taken
from local.paths import cluster_file, kubeconfig_file
from local.plugins.errors import OperationError
from local.plugins.kubernetes.kubeconfig import access
from local.plugins.kubernetes.supported import too_old
from local.stackfiles import values

_LOADED_WITHIN = 300.0
_OTHER_INGRESS = (
    "use the one that is there, in Pulumi.local.yaml, as foxden:options: {ingress: none, ingress_class: <its class>, "
    'ingress_namespace: <that of its pods>, ingress_port: "<where this machine reaches it>"}; or take it out of the '
    "cluster (k3d brings one, unless it is told --k3s-arg '--disable=traefik@server:*')"
)

LOADERS: dict[str, Callable[[str, str], Sequence[str]]] = {
    "kind-": lambda name, image: ("kind", "load", "docker-image", "--name", name.removeprefix("kind-"), image),
    "k3d-": lambda name, image: ("k3d", "image", "import", "--cluster", name.removeprefix("k3d-"), image),
    "minikube": lambda name, image: ("minikube", "--profile", name, "image", "load", image),
    "docker-desktop": lambda name, image: (),
}
"""How a context's name begins -> the command that gives its nodes an image of Docker's; none where they share it."""


class Elsewhere(Kubernetes):
    """A cluster whose nodes may be somewhere else."""

    @property
    def own_ingress(self) -> bool:
        """Whether the way in is one of ours."""
        return self.cluster.options.get("ingress") != NO_INGRESS

    def has_ingress(self) -> bool:
        """Whether there is a way in; for one of the cluster's own its people's word counts."""
        return not self.own_ingress or super().has_ingress()

    def admit(self, env: str) -> None:
        """See to it that an environment can be made, and is nobody else's. Raises LocalError, with all that is missing.

        The first environment brings the way in, too.
        """
        brings = env == environments.LOCAL and self.own_ingress
        lacking = missing(self._api, env, (*DEPLOYER, *(INGRESS if brings else ())))
        if lacking:
            raise LocalError(
                f"context '{self.cluster.options['context']}' may not, for '{env}':\n"
                + "\n".join(_by_kind(lacking))
                + "\nnothing was changed. What it takes is in docs/kubernetes.md, 'Existing clusters'"
                + ("; with foxden:options: {ingress: none} no way in is made, which takes the most" if brings else "")
            )
        if env not in environments.recorded():
            self._is_free(env, brings)

    def _is_free(self, env: str, brings: bool) -> None:
        """Nothing of what is made for an environment, and for the way in if it ``brings`` that, is there already."""
        spaces = {space["metadata"]["name"] for space in self._api.items("/api/v1/namespaces")}
        found = []
        if env in spaces:
            found.append(f"a namespace '{env}': remove it, or choose another name: make up ENV=...")
        way_in = [f"namespace/{INGRESS_SPACE}"] if INGRESS_SPACE in spaces else []
        if brings and (way_in := way_in + taken(self._api, self.cluster.options)):
            found.append(f"what a way in is made of ({', '.join(way_in)}): {_OTHER_INGRESS}")
        if found:
            raise LocalError(
                "the cluster has things that were not made here: they are somebody else's, or an earlier 'make up' "
                "left them; nothing was changed\n" + "\n".join(f"  {line}" for line in found)
            )

    def routes(self) -> list[Route]:
        """Those that lead to here: none where nobody listens at the ingress's port."""
        with socket.socket() as probe:
            probe.settimeout(2)
            here = probe.connect_ex((LOOPBACK, self.cluster.ingress_port)) == 0
        return super().routes() if here else []


class Known:
    """The states of a cluster that is not ours: there is nothing to say of its parts."""

    def problems(self) -> list[str]:
        """None that could be seen from here."""
        return []

    def rows(self) -> list[tuple[str, ...]]:
        """None."""
        return []


def _by_kind(lacking: Sequence[Right]) -> list[str]:
    """A line for each kind, with the verbs."""
    kinds: dict[str, list[str]] = {}
    for right in lacking:
        kinds.setdefault(right.kind, []).append(right.verb)
    return [f"  {', '.join(verbs)} {kind}" for kind, verbs in kinds.items()]


def _start(report: Callable[[str], None], context: str) -> Cluster:
    known = load()
    cluster = known or _facts(context)
    own = {"kubeconfig": cluster.options["kubeconfig"], "context": cluster.options["context"]}
    options = {"ingress_port": str(INGRESS_PORT), **_chosen("options"), **own}
    cluster = replace(cluster, options=options, ingress_port=_port(options["ingress_port"]))
    api, named = Kubernetes(cluster), f"the cluster of context '{cluster.options['context']}'"
    if not api.answer():
        raise LocalError(f"{named} does not answer at {cluster.address}")
    problem = too_old(api.version())
    if problem:
        raise LocalError(f"{named} {problem}; nothing was changed there")
    cluster.save()
    if known is None:
        report(f"using {named} at {cluster.address}")
    return cluster


def _facts(context: str) -> Cluster:
    # Of several files the first one counts, for the stand-in as for us.
    kubeconfig = os.environ.get("KUBECONFIG", "").split(os.pathsep)[0]
    if kubeconfig in ("", str(kubeconfig_file())):  # of a cluster that was here before
        kubeconfig = str(Path.home() / ".kube" / "config")
    try:
        found = access(kubeconfig, context, "", "")
    except OperationError as error:
        raise LocalError(f"context '{context}': {error}") from None
    return Cluster(
        address=found.address,
        token="",
        ingress_port=INGRESS_PORT,
        servers=1,
        dashboards={},
        interpreter=interpreter(),
        options={"kubeconfig": kubeconfig, "context": context},
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        scheduler="kubernetes",
    )


def _chosen(key: str) -> Mapping[str, Any]:
    """A mapping among the choices of this machine's environment; what is wrong with it is said when it is deployed."""
    found = values(environments.LOCAL).get(key)
    return found if isinstance(found, Mapping) else {}


def _port(text: Any) -> int:
    """The port that users connect to; the usual one where the text is none, which is said when it is deployed."""
    return int(text) if str(text).isdecimal() else INGRESS_PORT


def _stop(report: Callable[[str], None]) -> bool:
    """Forget it: what is not ours stays."""
    there = cluster_file().exists()
    cluster_file().unlink(missing_ok=True)
    if there:
        report("the cluster itself stays: it is not ours")
    return there


def _artifacts(questions: Questions, progress: Progress) -> None:
    named = {name for name, own in _chosen("services").items() if isinstance(own, Mapping) and "image" in own}
    sources = [source for source in read_sources() if source.service not in {*named, *_chosen("endpoints")}]
    if not sources:
        write_artifacts([])
        return
    context = questions.cluster.options["context"]
    load_command = loader(context)
    program = shutil.which("docker")
    if program is None:
        raise LocalError("'docker' is missing: the services' images for another cluster are built with it")
    engine = Engine(program)
    artifacts = []
    for source in sources:
        image = build_image(engine, source.service, source.version, place(source), progress.step)
        _run(load_command(context, image))
        artifacts.append(Artifact(source.service, source.version, {"image": image}))
    write_artifacts(artifacts)


def loader(context: str) -> Callable[[str, str], Sequence[str]]:
    """How an image gets to the nodes of a context. Raises LocalError where that is not known."""
    found = next((command for begins, command in LOADERS.items() if context.startswith(begins)), None)
    if found is None:
        raise LocalError(
            f"no way is known for images of this machine to the nodes of context '{context}' (there is one for "
            f"{', '.join(LOADERS)}): push them to a registry that the nodes reach, and name them in "
            "'foxden:services' of Pulumi.local.yaml, each as 'pods: {image: ...}'"
        )
    return found


def _run(command: Sequence[str]) -> None:
    if not command:
        return
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_LOADED_WITHIN, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise LocalError(f"cannot run {command[0]}: {error}") from None
    if done.returncode:
        raise LocalError(f"{' '.join(command)} failed:\n{done.stderr.strip()}")


BACKEND = Backend(
    is_new=lambda: load() is None,
    start=_start,
    stop=_stop,
    running=load,
    health=Known,
    questions=Elsewhere,
    artifacts=_artifacts,
    refusal=refusal,
    admit=lambda servers, env: cast(Elsewhere, servers).admit(env),
    outlasts=True,
)
