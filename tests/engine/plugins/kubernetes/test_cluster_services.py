"""What cluster services become, on a real API server in strict mode: objects, kinds, and pods as they are admitted."""

from collections.abc import Iterator
from typing import Any

import pytest

from foxden.schedulers.kubernetes.addons.render import RENDERERS
from tests.engine.harness.waiting import until
from tests.engine.plugins.kubernetes.control_plane import Api
from tests.engine.plugins.kubernetes.strict import apply, check, path_of
from tests.unit.schedulers.kubernetes.addons.everything import LARGEST, SMALLEST, rendered, workloads

SORTS = {"smallest": SMALLEST, "largest": LARGEST}
LASTING = ("Namespace", "CustomResourceDefinition", "ServiceAccount")
"""What others can't be rehearsed without."""


def objects(sort: str, service: str) -> list[dict[str, Any]]:
    """All of one service. Its address must be one of this server's."""
    said = SORTS[sort][service]
    if service == "coredns":
        said = {**said, "address": "10.96.0.10"}
    return list(rendered({service: said})[service].values())


@pytest.fixture(scope="module")
def cluster(judge: Api) -> Iterator[Api]:
    """The server with the places, kinds and accounts of all; without them at the end."""
    made = [thing for service in RENDERERS for thing in objects("largest", service) if thing["kind"] in LASTING]
    for thing in sorted(made, key=lambda each: LASTING.index(each["kind"])):
        check(judge, thing, rehearsal=False)
    issuers = "/apis/cert-manager.io/v1/clusterissuers"
    until(lambda: judge.get(issuers), "the kinds of certificates are there", 30)
    yield judge
    for thing in reversed(made):
        judge.delete(path_of(thing))


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("service", RENDERERS)
def test_objects_are_taken_in_strict_mode_and_kept(cluster: Api, service: str, sort: str) -> None:
    for thing in objects(sort, service):
        check(cluster, thing)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("service", RENDERERS)
def test_pods_are_admitted_where_they_are(cluster: Api, service: str, sort: str) -> None:
    """A Deployment is taken, whatever its pods are: Pod Security looks at these."""
    for thing in workloads(objects(sort, service)):
        template, metadata = thing["spec"]["template"], thing["metadata"]
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "it", "namespace": metadata["namespace"], **template["metadata"]},
            "spec": template["spec"],
        }
        answer = apply(cluster, pod)
        assert answer.status_code < 300, f"{metadata['name']}: {answer.text}"
        assert "Warning" not in answer.headers, answer.headers["Warning"]
