"""A secret's change reaches exactly its users, and pods leave one at a time."""

import json
import secrets as randomness

from tests.engine.harness.command import Running
from tests.engine.harness.load import steady_requests
from tests.engine.harness.waiting import until
from tests.engine.kubernetes.world import ENVIRONMENT, World, is_ready


def test_a_changed_secret_rolls_exactly_the_pods_that_use_it(world: World) -> None:
    """Without a failed request, and without being seen anywhere."""
    site, before, value = world.site, world.ids(), randomness.token_urlsafe(24)
    words = site.words(".venv/bin/python", "-m", "local", "secret", "--name", "pods-api-key")
    with Running(words, site.checkout, site.env, stdin=f"{value}\n") as running:
        assert running.wait(30).code == 0
    with steady_requests(site.url("app")) as stream:
        done = site.up()
    stream.none_failed()
    assert value not in done.output
    after = world.ids()
    assert not before.pop("pods") & after.pop("pods"), "a pod still has the old secret"
    assert before == after, "services without the secret were touched"
    state = json.dumps(site.stack())
    assert value not in state and len(state) > 1000, "the secret is in Pulumi's state"
    site.pulumi("preview", "--stack", "local", "--expect-no-changes")


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
