"""An environment that is taken away leaves no object; the cluster leaves nothing on the machine (see ``a_world``)."""

from tests.engine.kubernetes.world import World


def test_destroy_leaves_no_object(running: World) -> None:
    """Of no kind, anywhere in the cluster; what is the cluster's own stays."""
    assert running.api.ours(), "nothing is deployed: the test is blind"
    running.site.local("down", "--env", "local")
    assert running.api.ours() == []
    spaces = {space["metadata"]["name"] for space in running.api.items("/api/v1/namespaces")}
    assert spaces == {"default", "kube-node-lease", "kube-public", "kube-system"}
    assert not running.api.items("/apis/networking.k8s.io/v1/networkpolicies")
    assert [pod["metadata"]["labels"]["k8s-app"] for pod in running.api.items("/api/v1/pods")] == ["kube-dns"]
