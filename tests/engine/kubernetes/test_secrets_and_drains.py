"""A secret's change reaches exactly its users, and pods leave one at a time."""

import json
import secrets as randomness

from tests.engine.harness.hiding import forms, not_in_command_lines, not_in_files, not_said, stored
from tests.engine.harness.load import steady_requests
from tests.engine.harness.shared import REPLICAS
from tests.engine.harness.tasks import environ
from tests.engine.harness.waiting import until
from tests.engine.harness.watching import command_lines
from tests.engine.kubernetes.processes import pod_logs, programs
from tests.engine.kubernetes.world import ENVIRONMENT, World, is_ready


def test_a_changed_secret_rolls_exactly_the_pods_that_use_it(world: World) -> None:
    """Without a failed request; the user's own value is in one object and the pods' ENV, and is seen nowhere else."""
    site, before, value = world.site, world.ids(), randomness.token_urlsafe(24)
    with command_lines() as seen:
        said = [stored(site, "pods-api-key", value)]
        with steady_requests(site.url("app")) as stream:
            said.append(site.up())
        stream.none_failed()
        said += [site.local("status"), site.local("logs", "--service", "pods")]
        said.append(site.pulumi("preview", "--stack", "local", "--diff", "--expect-no-changes"))
    after = world.ids()
    assert not before.pop("pods") & after.pop("pods"), "a pod still has the old secret"
    assert before == after, "services without the secret were touched"
    told = [environ(process).get("API_KEY") for process in programs(world, "pods")]
    assert told == [value] * REPLICAS, "the pods have not the new value"
    for needle in forms(value):
        not_said(needle, said)
        not_in_files(site, needle, [pod_logs(site)])
        not_in_command_lines(needle, seen)
    holding = [
        path for path, thing in world.api.everything() if any(form in json.dumps(thing) for form in forms(value))
    ]
    assert set(holding) == {"/api/v1/secrets"}, holding


def test_a_drained_pod_waits_until_another_takes_over(world: World) -> None:
    """Evicted as by ``kubectl drain``, under load: the budget holds the second one back, and no request is lost."""
    api, old = world.api, sorted(world.api.pods("ionic-apps"))
    codes = []

    def evicted(name: str) -> bool:
        eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": ENVIRONMENT}}
        answer = api.create(f"/api/v1/namespaces/{ENVIRONMENT}/pods/{name}/eviction", eviction)
        codes.append(answer.status_code)
        assert answer.status_code in (201, 429), answer.text
        return bool(answer.status_code == 201)

    with steady_requests(world.site.url("app")) as stream:
        for name in old:
            until(lambda name=name: evicted(name), f"{name} may leave", within=60, every=0.3)  # type: ignore[misc]
        until(
            lambda: len([1 for pod in api.pods("ionic-apps").values() if is_ready(pod)]) == 2, "two others", within=60
        )
    stream.none_failed()
    assert 429 in codes, "the budget held nothing back"
    assert not set(old) & set(api.pods("ionic-apps"))
