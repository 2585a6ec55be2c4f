"""The proxy beside an instance that has needs."""

import re

from hypothesis import given
from hypothesis import strategies as st

from foxden.schedulers.nomad.units import need_label, port_label
from foxden.service.discovery import External, Provided
from foxden.service.spec import PortProtocol
from tests.strategies import labels
from tests.unit.schedulers.nomad.samples import TARGETS, group, job, spec, task, template

NEEDS = st.builds(lambda name, port: f"{name}:{port}" if port else name, labels(), st.none() | labels(15))


def test_each_need_has_a_port_and_an_address_on_loopback() -> None:
    rendered = job(spec(needs=["pods", "pods:admin"]))
    env = task(rendered)["Env"]
    assert (env["PODS_URL"], env["PODS_HOST"], env["PODS_PORT"]) == (
        "http://127.0.0.1:${NOMAD_PORT_need__pods}",
        "127.0.0.1",
        "${NOMAD_PORT_need__pods}",
    )
    assert env["PODS_ADMIN_URL"] == "grpc://127.0.0.1:${NOMAD_PORT_need__pods__admin}"
    ports = {port["Label"] for port in group(rendered)["Networks"][0]["DynamicPorts"]}
    assert ports == {"http", "need__pods", "need__pods__admin"}


def test_the_proxy_is_there_before_and_after_the_program() -> None:
    assert task(job(spec(needs=["pods"])), "needs")["Lifecycle"] == {"Hook": "prestart", "Sidecar": True}


def test_what_is_outside_is_told_as_it_is_and_needs_no_proxy() -> None:
    rendered = job(spec(needs=["db"]))
    assert [each["Name"] for each in group(rendered)["Tasks"]] == ["main"]
    env = task(rendered)["Env"]
    assert (env["DB_URL"], env["DB_HOST"], env["DB_PORT"]) == (
        "postgres://db.example.com/foxden",
        "db.example.com",
        "5432",
    )


def test_an_address_outside_is_no_reference() -> None:
    outside = {"db": External("http://x/${NOMAD_ALLOC_ID}", "x", 80)}
    assert task(job(spec(needs=["db"]), outside))["Env"]["DB_URL"] == "http://x/${NOMAD_META_dollar}{NOMAD_ALLOC_ID}"


def test_it_asks_for_the_names_that_the_needed_services_have() -> None:
    found = task(job(spec(needs=["pods", "pods:admin"])), "needs")
    for file in ("Caddyfile", "pools"):
        text = template(found, file)
        assert '"service": "pods--demo"' in text
        assert '"service": "pods--demo--admin"' in text
    assert '{"protocol": "grpc", "service": "pods--demo--admin"}' in template(found, "Caddyfile")


def test_instances_come_and_go_without_a_word_to_the_proxy() -> None:
    modes = {each["DestPath"]: each["ChangeMode"] for each in task(job(spec(needs=["pods"])), "needs")["Templates"]}
    assert modes == {"local/pools": "noop", "local/Caddyfile": "signal"}


def test_the_pools_have_as_many_slots_as_the_proxy_reads() -> None:
    found = task(job(spec(needs=["pods"])), "needs")
    count = re.compile(r"\{\{- \$all := .*\n.*\n")
    in_pools, in_caddyfile = count.search(template(found, "pools")), count.search(template(found, "Caddyfile"))
    assert in_pools and in_caddyfile
    assert in_pools[0] == in_caddyfile[0]


def test_a_needed_service_is_found_under_its_own_name() -> None:
    targets = {"elsewhere": Provided("another", "rpc", PortProtocol.GRPC)}
    assert "another--demo--rpc" in template(task(job(spec(needs=["elsewhere"]), targets), "needs"), "pools")


@given(st.lists(NEEDS, unique=True, max_size=5), st.lists(labels(15), unique=True, max_size=5))
def test_no_two_ports_have_one_label(needs: list[str], ports: list[str]) -> None:
    found = [need_label(need) for need in needs] + [port_label(port) for port in ports]
    assert len(set(found)) == len(found)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", label) for label in found)


def test_it_runs_as_a_container_where_there_is_an_image() -> None:
    service = spec(needs=["pods"])
    found = task(job(service, TARGETS, caddy_image="caddy:2.11.9", network_mode="host"), "needs")
    assert (found["Driver"], found["Config"]["image"], found["Config"]["network_mode"]) == (
        "docker",
        "caddy:2.11.9",
        "host",
    )
    found = task(job(service, TARGETS, command_driver="raw_exec", caddy="/opt/caddy"), "needs")
    assert (found["Driver"], found["Config"]["command"]) == ("raw_exec", "/opt/caddy")
