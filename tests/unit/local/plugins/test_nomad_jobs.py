"""Job specifications and the outputs of a job: what needs no server."""

import json
import typing

import pulumi_nomad
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi import _types

from local.plugins.comparing import Change, Kind
from local.plugins.contract import Call
from local.plugins.errors import Failure
from local.plugins.http import Http
from local.plugins.nomad import jobs, jobspec
from local.plugins.nomad.client import Nomad, split_import_id
from local.plugins.nomad.job import JobHandler, _moves
from local.plugins.nomad.job_table import SETTLED_BY_REGISTERING, TABLE
from local.plugins.nomad.state import duration, outputs_of
from local.plugins.wire import UNKNOWN, Values

_JOB = {
    "ID": "web",
    "Namespace": "demo",
    "Region": "global",
    "Type": "service",
    "Datacenters": ["dc2", "dc1"],
    "Status": "running",
    "Version": 3,
    "SubmitTime": 1700000000000000000,
    "JobModifyIndex": 17,
    "CreateIndex": 7,
    "Stop": False,
    "Priority": 50,
    "Constraints": [{"LTarget": "${attr.kernel.name}", "RTarget": "linux", "Operand": "="}],
    "Periodic": {"Enabled": True, "Spec": "@daily", "SpecType": "cron", "ProhibitOverlap": True, "TimeZone": "UTC"},
    "Update": {"Stagger": 30_000_000_000, "MaxParallel": 1},
    "TaskGroups": [
        {
            "Name": "g",
            "Count": 2,
            "Meta": {"a": "b"},
            "Update": {"MinHealthyTime": 10_000_000_000, "HealthyDeadline": 300_000_000_000, "Canary": 1},
            "Volumes": {"v": {"Name": "v", "Type": "host", "Source": "s", "ReadOnly": True}},
            "Tasks": [{"Name": "t", "Driver": "exec", "VolumeMounts": [{"Volume": "v", "Destination": "/d"}]}],
        }
    ],
}


class TestText:
    def test_with_and_without_a_job_around_it(self) -> None:
        assert jobspec.parse_json('{"Job": {"ID": "a"}}') == jobspec.parse_json('{"ID": "a"}') == {"ID": "a"}

    @pytest.mark.parametrize("text", ["{", "[]", "1", '{"Job": 1}', "{}", '{"Name": "x"}'])
    def test_what_is_no_job_is_refused(self, text: str) -> None:
        with pytest.raises(Failure, match="error parsing jobspec"):
            jobspec.parse_json(text)

    def test_what_counts_is_what_it_says(self) -> None:
        assert jobspec.same('{"ID":"a","Meta":null}', '{ "Job": {"ID": "a"} }')
        assert not jobspec.same('{"ID": "a"}', '{"ID": "a", "Priority": 1}')
        assert not jobspec.same('job "a" {}', '{"ID": "a"}')

    @given(st.dictionaries(st.text(), st.none() | st.integers() | st.lists(st.none() | st.text())))
    def test_order_and_spacing_are_nothing(self, more: dict[str, object]) -> None:
        job = {**more, "ID": "a"}
        job.pop("Job", None)
        backwards = dict(reversed(list(job.items())))
        assert jobspec.same(json.dumps(job), json.dumps({"Job": backwards}, indent=3))

    def test_a_job_of_the_server_is_written_without_what_the_server_adds(self) -> None:
        written = jobspec.parse_json(jobspec.written({**_JOB, "Meta": None}))
        assert written.keys().isdisjoint({"JobModifyIndex", "Status", "Version", "Stop", "Meta"})
        assert written["TaskGroups"] == _JOB["TaskGroups"]

    def test_counts_of_now_can_be_kept(self) -> None:
        wished = {"ID": "a", "TaskGroups": [{"Name": "g", "Count": 1}, {"Name": "new", "Count": 3}]}
        running = {"TaskGroups": [{"Name": "g", "Count": 7}, {"Name": "old", "Count": 2}]}
        kept = jobspec.keep_counts(wished, running)
        assert [group["Count"] for group in kept["TaskGroups"]] == [7, 3]
        assert jobspec.keep_counts(wished, None) == wished

    def test_submission(self) -> None:
        assert jobspec.submission({"jobspec": "{}", "json": True})["Format"] == "json"
        as_hcl = jobspec.submission({"jobspec": "job {}", "hcl2": {"vars": {"a": "1"}}})
        assert (as_hcl["Format"], as_hcl["VariableFlags"]) == ("hcl2", {"a": "1"})


class TestIdentity:
    state: typing.ClassVar[Values] = {"name": "web", "namespace": "demo", "region": "global"}

    def moves(self, job: dict[str, str], **inputs: bool) -> list[Change]:
        return _moves(self.state, dict(inputs), {"Namespace": "demo", "ID": "web", **job})

    def test_the_same_job_stays(self) -> None:
        assert self.moves({}) == self.moves({"Region": "global"}) == []

    def test_another_place_or_id_is_another_job(self) -> None:
        assert self.moves({"Namespace": "qa"}) == [Change("namespace", Kind.UPDATE, replaces=True)]
        assert self.moves({"Namespace": ""}) == [Change("namespace", Kind.UPDATE, replaces=True)]
        assert self.moves({"Region": "eu"}) == [Change("region", Kind.UPDATE, replaces=True)]
        assert self.moves({"ID": "app"}) == [Change("name", Kind.UPDATE, replaces=True)]

    def test_unless_the_old_one_may_stay(self) -> None:
        assert self.moves({"ID": "app"}, deregisterOnIdChange=False) == [Change("name", Kind.UPDATE, replaces=False)]


class TestCheck:
    def problems(self, **inputs: object) -> list[str]:
        return [problem.path for problem in JobHandler().problems(inputs)]

    def test_json_is_read_at_the_door(self) -> None:
        assert self.problems(jobspec="{", json=True) == ["jobspec"]
        assert self.problems(jobspec='{"ID": "a"}', json=True) == []
        assert self.problems(jobspec=UNKNOWN, json=True) == []
        assert self.problems(jobspec='job "a" {}') == []

    def test_files_are_out_of_reach(self) -> None:
        assert self.problems(jobspec="x", hcl2={"allowFs": True}) == ["hcl2.allowFs"]
        assert self.problems(jobspec="x", hcl2={"allowFs": False}) == []
        assert self.problems(jobspec="x", hcl2=UNKNOWN) == []


class TestOutputs:
    def test_of_a_job(self) -> None:
        outputs = outputs_of(_JOB)
        assert (outputs["name"], outputs["modifyIndex"], outputs["submitTime"]) == ("web", "17", "1700000000000000000")
        assert outputs["datacenters"] == ["dc1", "dc2"]
        assert outputs["updateStrategies"][0]["stagger"] == "30s"
        assert outputs["taskGroups"][0]["updateStrategies"][0]["healthyDeadline"] == "5m0s"
        assert outputs["taskGroups"][0]["volumes"] == [{"name": "v", "type": "host", "readOnly": True, "source": "s"}]

    def test_of_the_barest_job(self) -> None:
        assert outputs_of({"ID": "a"})["taskGroups"] == []
        assert outputs_of({"ID": "a", "TaskGroups": [{}]})["taskGroups"][0]["count"] == 1

    def test_all_have_a_place_in_the_table(self) -> None:
        outputs = outputs_of(_JOB)
        assert outputs.keys() | {"allocationIds", "deploymentId", "deploymentStatus"} == {
            prop.name for prop in TABLE.properties if prop.output
        }
        assert set(TABLE.by_name) >= SETTLED_BY_REGISTERING

    @pytest.mark.parametrize(
        ("path", "theirs"),
        [
            (("constraints", 0), pulumi_nomad.outputs.JobConstraint),
            (("periodicConfigs", 0), pulumi_nomad.outputs.JobPeriodicConfig),
            (("updateStrategies", 0), pulumi_nomad.outputs.JobUpdateStrategy),
            (("taskGroups", 0), pulumi_nomad.outputs.JobTaskGroup),
            (("taskGroups", 0, "volumes", 0), pulumi_nomad.outputs.JobTaskGroupVolume),
            (("taskGroups", 0, "tasks", 0), pulumi_nomad.outputs.JobTaskGroupTask),
            (("taskGroups", 0, "tasks", 0, "volumeMounts", 0), pulumi_nomad.outputs.JobTaskGroupTaskVolumeMount),
        ],
    )
    def test_have_the_fields_of_the_sdk(self, path: tuple[typing.Any, ...], theirs: type) -> None:
        found: typing.Any = outputs_of(_JOB)
        for step in path:
            found = found[step]
        assert set(found) == {wire for _, wire, _ in _types._py_properties(theirs)}

    @pytest.mark.parametrize(
        ("nanoseconds", "shown"),
        [
            (0, "0s"),
            (None, "0s"),
            (500_000_000, "0.5s"),
            (30_000_000_000, "30s"),
            (90_000_000_000, "1m30s"),
            (300_000_000_000, "5m0s"),
            (3_600_000_000_000, "1h0m0s"),
        ],
    )
    def test_durations_are_written_as_nomad_does(self, nanoseconds: int | None, shown: str) -> None:
        assert duration(nanoseconds) == shown


class TestImportId:
    def test_is_split_at_the_last_at(self) -> None:
        assert split_import_id("a@b@demo") == ("a@b", "demo")

    @pytest.mark.parametrize(
        ("wrong", "missing"), [("web", "namespace"), ("web@", "namespace"), ("@demo", "resource ID")]
    )
    def test_must_have_both(self, wrong: str, missing: str) -> None:
        with pytest.raises(
            Failure, match=f"missing {missing}, the import ID should follow the pattern <id>@<namespace>"
        ):
            split_import_id(wrong)


class TestRead:
    """Which job is read, and what it is called afterwards."""

    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
        """The jobs that the server was asked for, with their namespaces."""
        asked: list[tuple[str, str]] = []

        def info(client: Nomad, job_id: str, where: dict[str, str]) -> dict[str, object]:
            asked.append((job_id, where["namespace"]))
            return {**_JOB, "ID": job_id}

        monkeypatch.setattr(jobs, "info", info)
        monkeypatch.setattr(jobs, "live_specification", lambda *_: {"jobspec": "{}", "json": True})
        return asked

    @pytest.mark.parametrize(
        ("resource_id", "state", "read", "known_as"),
        [
            ("web@demo", {}, ("web", "demo"), "web"),
            ("web", {"namespace": "demo"}, ("web", "demo"), "web"),
            ("web", {"namespace": "demo", "name": "web"}, ("web", "demo"), "web"),
            # Its id was changed in place: the engine still has the old one.
            ("web", {"namespace": "demo", "name": "app"}, ("app", "demo"), "web"),
        ],
    )
    def test_job(
        self, asked: list[tuple[str, str]], resource_id: str, state: Values, read: tuple[str, str], known_as: str
    ) -> None:
        found = JobHandler().read(Call(Nomad(Http("http://x", {})), 1), resource_id, state)
        assert asked == [read]
        assert found is not None and found.resource_id == known_as
        assert found.outputs["name"] == read[0] and found.outputs["deregisterOnDestroy"] is True
