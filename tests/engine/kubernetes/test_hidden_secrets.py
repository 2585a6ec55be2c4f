"""What is secret of the cluster itself is looked for wherever it must not be."""

from tests.engine.harness.hiding import for_its_user_alone, not_in_command_lines, not_in_files, not_said, passphrase
from tests.engine.harness.watching import command_lines
from tests.engine.kubernetes.processes import pod_logs
from tests.engine.kubernetes.world import ENVIRONMENT, World

PRIVATE = ("secrets/local.json", "cluster.json", "agents/kubernetes/plan.json", "agents/kubernetes/tokens.csv")


def test_the_clusters_token_and_the_passphrase_are_nowhere(world: World) -> None:
    """They are in files of mode 0600, and go to the API in headers."""
    site = world.site
    with command_lines() as seen:
        said = [site.up(), site.local("status"), site.pulumi("stack", "output", "--stack", "local")]
    for needle in (site.facts["token"], passphrase(site)):
        not_said(needle, said)
        not_in_files(site, needle, [pod_logs(site)])
        not_in_command_lines(needle, seen)
    home = site.state / "agents" / "kubernetes"
    keys = [*home.glob("pki/*.key"), *home.glob("kubeconfig/*.json")]
    assert len(keys) > 10, keys
    for_its_user_alone([*(site.state / name for name in PRIVATE), *keys, site.config / "passphrase"])


def test_without_a_token_the_api_tells_nothing_and_takes_nothing(world: World) -> None:
    """Whoever is on the machine can connect to it."""
    before, space = world.ids(), f"namespaces/{ENVIRONMENT}"
    for method, path in (
        ("GET", "/api/v1/namespaces"),
        ("GET", f"/api/v1/{space}/pods"),
        ("GET", f"/api/v1/{space}/secrets"),
        ("GET", "/apis/apps/v1/deployments"),
        ("GET", "/metrics"),
        ("POST", f"/api/v1/{space}/pods"),
        ("DELETE", f"/apis/apps/v1/{space}/deployments/pods"),
        ("DELETE", f"/api/v1/{space}/pods"),
    ):
        answer = world.anybody.ask(method, path, {} if method == "POST" else None)
        assert answer.status_code == 403, f"{method} {path} without a token gave {answer.status_code}: {answer.text}"
    assert world.ids() == before
