"""The template: what it has for a project, that it is the same each time, and what is refused."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
import sqlglot

from millrace.clock import ManualClock
from millrace.errors import DefinitionError
from millrace.firehose.envelope import Snapshot, to_record
from millrace.infra.judges.references import resolved
from millrace.infra.stack.deployment import Deployment, ScheduledSource, StackDefinitions
from millrace.infra.stack.ingest import stream_definition
from millrace.infra.stack.limits import check_limits
from millrace.infra.stack.packaged.artefacts import Artefacts
from millrace.infra.stack.queries import prepared_text
from millrace.infra.stack.resources import limited, logical_id
from millrace.infra.stack.template import synthesise
from millrace.infra.stages.reading import read_stage
from millrace.lake.local import LocalStorage
from millrace.project.folder import shipped_folder
from tests.contracts.stack.templates import (
    ARTEFACTS,
    STAGED,
    content,
    definitions,
    of_many_sources,
    of_type,
    synthesised_for,
)
from tests.doubles.firehose import FirehoseDouble
from tests.unit.infra.project.project_files import BIKES, project, source


def dev(made: StackDefinitions, artefacts: Artefacts = ARTEFACTS) -> Deployment:
    return Deployment(read_stage("dev", shipped_folder()), made, artefacts)


def functions_that_poll(template: dict[str, Any]) -> dict[str, Any]:
    return {title: one for title, one in of_type(template, "Lambda::Function").items() if title != "Tend"}


def test_the_same_definitions_give_the_same_text() -> None:
    again = synthesise(Deployment(STAGED["prod"], definitions(), ARTEFACTS))

    assert again.text == synthesised_for("prod").text
    assert json.loads(again.text) == again.content


def test_a_project_of_ones_own_has_its_own_sources_alone(tmp_path: Path) -> None:
    made = StackDefinitions.of(project(tmp_path, BIKES))
    template = resolved(synthesise(dev(made)).content)

    assert [one["FunctionName"] for one in functions_that_poll(template).values()] == ["millrace-dev-poll-bikes"]
    tables = [one["TableInput"]["Name"] for one in of_type(template, "Glue::Table").values()]
    assert sorted(tables) == ["bikes", "bikes_lines", "polls", "polls_lines"]
    assert "taxi" not in json.dumps(template)


def test_a_broken_file_is_refused_and_not_left_out(tmp_path: Path) -> None:
    files = {**BIKES, "sources/scooters.py": "SOURCE = 1\n", "sources/trams.py": source("trams")}

    with pytest.raises(DefinitionError, match=r"scooters\.py"):
        StackDefinitions.of(project(tmp_path, files))


def test_fifty_sources_are_refused_with_numbers_or_fit() -> None:
    with pytest.raises(DefinitionError, match=r"it has 8\d\d resources, and may have 500.* roles = \"shared\""):
        synthesise(Deployment(STAGED["prod"], of_many_sources(50), ARTEFACTS))

    fitting = synthesise(Deployment(STAGED["prod, shared roles and fused jobs"], of_many_sources(50), ARTEFACTS))

    assert len(functions_that_poll(dict(fitting.content["Resources"]))) == 50
    assert 400 < len(fitting.content["Resources"]) <= 500


def test_each_limit_is_named_with_its_numbers() -> None:
    policy = {"Version": "2012-10-17", "Statement": ["x" * 10_300]}
    role = {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": policy}]}}
    template = {"Resources": {"Role": role}, "Outputs": {str(number): {} for number in range(201)}}

    with pytest.raises(DefinitionError) as refused:
        check_limits(template, "y" * 1_000_001)

    said = str(refused.value)
    assert "201 outputs, and may have 200" in said
    assert "1,000,001 bytes, and may have 1,000,000" in said
    assert re.search(r"the policies of Role have 10,3\d\d bytes, and may have 10,240", said)


def test_a_source_without_a_schedule_of_polls_has_no_function() -> None:
    none = replace(definitions(), polled=())

    assert functions_that_poll(resolved(synthesise(dev(none)).content)) == {}


def test_a_schedule_gives_the_event_that_the_function_reads() -> None:
    event = json.loads(content("uat")["Resources"]["ScheduleOfRainfall"]["Properties"]["Target"]["Input"])

    assert event == {"source": "rainfall", "scheduled_time": "<aws.scheduler.scheduled-time>"}


@pytest.mark.parametrize(("name", "state"), [("dev", "DISABLED"), ("prod", "ENABLED")])
def test_a_stage_says_whether_the_clock_starts_anything(name: str, state: str) -> None:
    template = resolved(content(name))
    by_clock = [one for one in of_type(template, "Glue::Trigger").values() if one["Type"] == "SCHEDULED"]

    assert {one["State"] for one in of_type(template, "Scheduler::Schedule").values()} == {state}
    assert {one["StartOnCreation"] for one in by_clock} == {state == "ENABLED"}


def test_the_double_of_firehose_delivers_by_the_template(tmp_path: Path) -> None:
    """The stream's definition is the one that the double is driven by; here the template drives it."""
    [stream] = of_type(resolved(content("dev")), "KinesisFirehose::DeliveryStream").values()
    at = datetime(2024, 5, 30, 16, 30, tzinfo=UTC)
    storage, clock = LocalStorage(tmp_path), ManualClock(at)
    double = FirehoseDouble("raw", stream["ExtendedS3DestinationConfiguration"], storage, clock)
    double.put_record_batch([to_record(Snapshot("bikes", ZoneInfo("Asia/Singapore"), at, at, at, b"{}")).data])
    double.deliver(everything=True)

    [key] = [one.key for one in storage.list("raw/")]
    assert re.fullmatch(r"raw/bikes/dt=2024-05-31/hour=00/raw-1-.*\.json\.gz", key)
    defined = stream_definition(dev(definitions())).destination(
        stream["ExtendedS3DestinationConfiguration"]["BucketARN"],
        stream["ExtendedS3DestinationConfiguration"]["RoleARN"],
    )
    given = stream["ExtendedS3DestinationConfiguration"]
    assert {name: given[name] for name in defined} == defined


def view_of(template: dict[str, Any], name: str) -> dict[str, Any]:
    [table] = [
        one["TableInput"] for one in of_type(template, "Glue::Table").values() if one["TableInput"]["Name"] == name
    ]
    encoded = re.fullmatch(r"/\* Presto View: (\S+) \*/", table["ViewOriginalText"])
    assert encoded
    found: dict[str, Any] = json.loads(base64.b64decode(encoded[1]))
    return found


def test_the_view_of_raw_records_keeps_each_payload_byte_for_byte() -> None:
    payload = b'{"n": 1.00000000000000001,  "e": "\\u00e9 \\"payload\\":", "a":[1e3 , 0.10]}'
    at = datetime(2024, 5, 30, 16, 30, tzinfo=UTC)
    record = to_record(Snapshot("bikes", ZoneInfo("Asia/Singapore"), at, at, at, payload))
    view = view_of(resolved(content("dev")), "rainfall")
    sql = sqlglot.transpile(view["originalSql"], read="trino", write="duckdb")[0]

    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA millrace_dev_raw")
        connection.execute('CREATE TABLE millrace_dev_raw.rainfall_lines (line TEXT, "$path" TEXT, dt DATE, hour TEXT)')
        row = [record.data.decode().rstrip("\n"), "s3://some-lake/raw/bikes/x.json.gz", "2024-05-31", "00"]
        connection.execute("INSERT INTO millrace_dev_raw.rainfall_lines VALUES (?, ?, ?, ?)", row)
        columns = [one["name"] for one in view["columns"]]
        [found] = [dict(zip(columns, one, strict=True)) for one in connection.execute(sql).fetchall()]

    assert found["payload"] == payload.decode()
    assert found["snapshot_id"] == record.snapshot_id
    assert found["source_object"] == "raw/bikes/x.json.gz"
    assert found["observed_at_local"] == datetime(2024, 5, 31, 0, 30)  # noqa: DTZ001 - local time, as the table has it


def test_saved_queries_are_statements_of_the_stages_databases() -> None:
    [query] = [one for one in definitions().queries if one.name == "busiest_areas"]

    text, parameters = prepared_text(query, "uat")

    assert parameters == ["day", "top"]
    assert text.count("?") == 2
    assert "FROM millrace_uat_prod.taxi_availability_by_area" in text


def test_saved_queries_are_named_ones_where_a_stage_asks() -> None:
    prepared = of_type(resolved(content("prod, shared roles and fused jobs")), "Athena::PreparedStatement").values()
    named = of_type(resolved(content("prod, shared roles and fused jobs")), "Athena::NamedQuery").values()

    assert {one["Name"]: one["QueryString"] for one in named} == {
        one["StatementName"]: one["QueryStatement"] for one in prepared
    }
    assert {(one["WorkGroup"], one["Database"]) for one in named} == {("millrace_prod_readers", "millrace_prod_prod")}
    assert not of_type(resolved(content("prod")), "Athena::NamedQuery")


def test_a_query_of_millraces_own_state_is_no_statement_of_athena() -> None:
    [query] = [one for one in definitions().queries if one.name == "slowest_jobs"]

    assert prepared_text(query, "uat") == ("", [])


def test_artefacts_that_are_not_packaged_yet_are_parameters_without_a_default() -> None:
    packaged, before = synthesise(dev(definitions())).content, synthesise(dev(definitions(), Artefacts())).content

    assert packaged["Parameters"]["PollZip"]["Default"] == ARTEFACTS.poll_zip
    assert "Default" not in before["Parameters"]["PollZip"]
    assert "Default" not in before["Parameters"]["Release"]
    assert packaged["Outputs"] == before["Outputs"]


def test_names_stay_within_limits_and_apart() -> None:
    assert logical_id("PollOf", "taxi_availability") == "PollOfTaxiAvailability"
    assert logical_id("PollOf", "a1") != logical_id("PollOf", "a_1")
    assert limited("short", 64) == "short"
    assert len(limited("x" * 90, 64)) == 64
    assert limited("x" * 90, 64) != limited("x" * 91, 64)


def test_a_function_may_read_the_key_of_its_own_feed_alone() -> None:
    template = content("dev, everything by a key of one's own")["Resources"]
    variables = template["PollOfRainfall"]["Properties"]["Environment"]["Variables"]
    statements = template["PollRoleOfRainfall"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    secrets = [one for one in statements if one["Action"] in (["ssm:GetParameter"], ["secretsmanager:GetSecretValue"])]

    assert variables["MILLRACE_SOURCE_RAINFALL_API_KEY_FROM"] == "ssm:/feeds/rain"
    assert "MILLRACE_SOURCE_TAXI_AVAILABILITY_API_KEY_FROM" not in variables
    assert [one["Fn::Sub"].rpartition(":")[2] for one in secrets[0]["Resource"]] == [
        "parameter/feeds/rain",
        "parameter/webhooks",
    ]
    assert len(secrets) == 1


def test_a_key_of_no_source_is_refused() -> None:
    stage = replace(STAGED["dev"], api_keys={"rain": "ssm:x"})

    said = r"dev\.toml, line \d+: \[api_keys\] has the unknown source 'rain'\. Choose of: rainfall, taxi_availability"
    with pytest.raises(DefinitionError, match=said):
        synthesise(Deployment(stage, definitions()))


@pytest.mark.parametrize("names", [("a_1", "a1", "a__1"), ("x", "x_log", "x_role", "log_of_x"), ("failures", "of_s")])
def test_sources_of_similar_names_are_functions_of_their_own(names: tuple[str, ...]) -> None:
    polled = tuple(ScheduledSource(name, "rate(5 minutes)", "UTC") for name in names)
    template = resolved(synthesise(dev(replace(definitions(), polled=polled))).content)

    assert len(functions_that_poll(template)) == len(names)
    assert len(of_type(template, "Logs::LogGroup")) == len(names) + 3  # of the stream, of Glue, and of the duties
