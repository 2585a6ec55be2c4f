"""One server: what it gives, and that it comes back."""

import time
import urllib.request

import psutil
import pytest
import requests

from local.agents import Kind
from tests.engine.agents.lab import Lab, resolve, web
from tests.engine.harness.apis import Nomad, cluster_facts
from tests.engine.harness.leftovers import processes_of
from tests.engine.harness.waiting import until

TEMPLATE = """\
kv={{ keyOrDefault "foxden/test/word" "none" }}
{{- range service "shown" }} at={{ .Address }}:{{ .Port }}{{ end }}
"""


def body(address: str, port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://{address}:{port}/{path}", timeout=5) as answer:
        return str(answer.read().decode())


def test_all_is_well_and_the_facts_say_how_to_reach_it(one: Lab) -> None:
    assert one.well()
    facts = cluster_facts(one.state)
    assert facts["servers"] == 1
    assert requests.get(facts["dashboards"]["consul"], timeout=5).ok
    assert requests.get(facts["dashboards"]["nomad"], timeout=5).ok
    health = one.health()
    assert (health.consul_leader, health.nomad_leader) == ("local", "local")


def test_services_get_the_memory_and_the_ingress_the_place_that_jobs_ask_for(one: Lab) -> None:
    known = one.nomad.get("/v1/operator/scheduler/configuration")["SchedulerConfig"]
    assert known["MemoryOversubscriptionEnabled"] is True
    assert known["PreemptionConfig"]["SystemSchedulerEnabled"] is True


def test_starting_again_is_quick_and_changes_nothing(one: Lab) -> None:
    before = {process.pid for process in processes_of(one.state)}
    cluster = one.running()
    one.said.clear()
    begun = time.monotonic()
    assert one.start() == cluster
    assert time.monotonic() - begun < 5, "it took a fifth of a second when nothing else ran"
    assert one.said == []
    assert {process.pid for process in processes_of(one.state)} == before


def test_tokens_are_in_private_files_only(one: Lab) -> None:
    facts = cluster_facts(one.state)
    tokens = (facts["token"], facts["discovery_token"])
    for process in psutil.process_iter(["cmdline"]):
        assert not any(token in word for word in process.info["cmdline"] or [] for token in tokens), process
    for process in processes_of(one.state):
        assert not any(token in value for value in process.environ().values() for token in tokens), process
    for log in (one.state / "logs").iterdir():
        assert not any(token in log.read_text(errors="replace") for token in tokens), log
    with_tokens = [one.state / "cluster.json", *(one.state / "agents").glob("*/*.json"), one.state / "agents/plan.json"]
    assert len(with_tokens) == 5
    for file in with_tokens:
        assert file.stat().st_mode & 0o777 == 0o600, file


def test_without_a_token_little_may_be_read_and_nothing_written(one: Lab) -> None:
    facts = one.running()
    assert facts
    nobody = Nomad(facts.address, None)
    assert [nobody.ask("GET", path).status_code for path in ("/v1/jobs", "/v1/nodes")] == [403] * 2
    assert nobody.get("/v1/vars") == []
    assert nobody.ask("PUT", "/v1/jobs", {"Job": web(facts, "intruder")}).status_code == 403
    one.consul.put("/v1/kv/foxden/test/open", "seen")
    one.consul.put("/v1/kv/other", "hidden")
    assert one.anyone.ask("GET", "/v1/kv/foxden/test/open").status_code == 200
    assert one.anyone.ask("GET", "/v1/kv/other").status_code == 403
    assert one.anyone.ask("PUT", "/v1/kv/foxden/test/open", "changed").status_code == 403
    assert one.anyone.ask("GET", "/v1/acl/tokens").status_code == 403


@pytest.mark.parametrize("driver", ["", "raw_exec"], ids=["the commands' driver", "raw_exec"])
def test_a_command_gets_healthy_and_has_its_templates(one: Lab, driver: str) -> None:
    cluster = one.running()
    assert cluster
    one.consul.put("/v1/kv/foxden/test/word", "first")
    one.run(web(cluster, "shown", driver, template=TEMPLATE))
    ((address, port),) = one.anyone.healthy("shown")

    def shows(word: str) -> bool:
        return body(address, port, "out").strip() == f"kv={word} at={address}:{port}"

    until(lambda: shows('"first"'), "the template shows the key and the service itself", 20)
    one.consul.put("/v1/kv/foxden/test/word", "second")
    until(lambda: shows('"second"'), "the template follows the key", 20)
    dns = one.consul.get("/v1/agent/self")["DebugConfig"]["DNSPort"]
    assert resolve("shown.service.consul", dns) == ["127.0.0.1"]
    one.nomad.delete("/v1/job/shown", purge="true")
    until(lambda: not one.anyone.healthy("shown"), "the service is gone", 15)


def test_killed_agents_come_back_and_tasks_do_not_notice(one: Lab) -> None:
    cluster = one.running()
    assert cluster
    one.run(web(cluster, "steady", count=2))
    healthy, tasks = one.anyone.healthy("steady"), one.tasks("steady")
    assert len(tasks) == 2
    for kind in Kind:
        killed = one.kill("local", kind)
        one.back("local", kind, killed)
        until(lambda: one.anyone.healthy("steady") == healthy, f"all healthy after {kind} was killed", 20)
        assert one.tasks("steady") == tasks
    one.nomad.delete("/v1/job/steady", purge="true")


def test_after_the_supervisor_was_killed_a_start_brings_it_back_and_tasks_do_not_notice(one: Lab) -> None:
    cluster = one.running()
    assert cluster
    one.run(web(cluster, "lasting"))
    healthy, tasks = one.anyone.healthy("lasting"), one.tasks("lasting")
    one.supervisor().kill()
    until(lambda: one.running() is None, "the supervisor is gone", 15)
    assert "the agents' supervisor is not running" in one.health().problems()
    assert one.start() == cluster
    assert one.well()
    until(lambda: one.anyone.healthy("lasting") == healthy, "all healthy", 20)
    assert one.tasks("lasting") == tasks
    one.nomad.delete("/v1/job/lasting", purge="true")
