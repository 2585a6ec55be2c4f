"""How many agents there are, and what they are."""

import pytest

from local.agents.shape import ClusterShape, Kind
from local.errors import LocalError


def test_one_server_is_one_node_that_runs_tasks() -> None:
    (node,) = ClusterShape().nodes()
    assert node.server and node.client
    assert node.kinds == (Kind.CONSUL, Kind.NOMAD_SERVER, Kind.NOMAD_CLIENT)


@pytest.mark.parametrize("servers", [3, 5])
def test_a_quorum_has_two_clients_beside_it(servers: int) -> None:
    nodes = ClusterShape(servers).nodes()
    assert [node.server for node in nodes] == [True] * servers + [False] * 2
    assert [node.client for node in nodes] == [False] * servers + [True] * 2
    assert len({node.name for node in nodes}) == len(nodes)
    assert [node.index for node in nodes] == list(range(len(nodes)))


@pytest.mark.parametrize("servers", [0, 2, 4, 7, -1, True, "3", None])
def test_other_numbers_are_an_error_that_names_the_setting(servers: object) -> None:
    with pytest.raises(LocalError, match=r"foxden:servers must be 1, 3 or 5"):
        ClusterShape(servers)  # type: ignore[arg-type]


def test_programs_are_named_by_node_and_kind() -> None:
    shape = ClusterShape(3)
    assert shape.programs(Kind.NOMAD_CLIENT) == ["client-1-nomad-client", "client-2-nomad-client"]
    assert shape.programs(Kind.NOMAD_SERVER) == [f"server-{i}-nomad-server" for i in (1, 2, 3)]
    assert len(shape.programs(*Kind)) == 3 * 2 + 2 * 2
