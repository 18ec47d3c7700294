"""The catalog on Glue: what Athena and Spark find there, and what Glue refuses.

Limits of the services are checked in the recorded calls, because moto accepts any number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from millrace.errors import LakeError, ServiceBusy, ServiceRefused
from tests.contracts import aws
from tests.doubles.spy import answer
from tests.shipped import TABLES
from tests.unit.glue_workflow.stores.aws.glue_lake import AREA, DAYS, PROD, GlueStores, days, publish, version


@pytest.fixture
def lake() -> GlueStores:
    return GlueStores()


# What readers find.


def test_a_table_has_the_form_that_athena_and_spark_read(lake: GlueStores) -> None:
    publish(lake.catalog, version("a-1"))

    table = lake.table("prod", "taxi_availability")
    storage = table["StorageDescriptor"]
    columns = {column.name: column.type for column in TABLES.table(PROD).columns}
    assert (table["TableType"], table["Parameters"]["classification"]) == ("EXTERNAL_TABLE", "parquet")
    assert [(key["Name"], key["Type"]) for key in table["PartitionKeys"]] == [("dt", "date")]
    assert {one["Name"]: one["Type"] for one in storage["Columns"]} == {k: v for k, v in columns.items() if k != "dt"}
    assert storage["SerdeInfo"]["SerializationLibrary"].endswith("ParquetHiveSerDe")
    assert storage["InputFormat"].endswith("MapredParquetInputFormat")
    assert storage["Location"] == lake.place.storage.location("prod/taxi_availability/")
    assert lake.shown(PROD) == {"2024-05-30": lake.location(version("a-1"))}


def test_awswrangler_finds_columns_types_and_partitions(lake: GlueStores) -> None:
    wrangler = pytest.importorskip("awswrangler", reason="awswrangler is not installed")
    boto3 = pytest.importorskip("boto3")
    publish(lake.catalog, version("a-1"))
    session = boto3.Session("testing", "testing", region_name=aws.REGION)
    wrangler.config.glue_endpoint_url = aws.endpoint()
    where = {"database": lake.database("prod"), "table": "taxi_availability", "boto3_session": session}

    types = wrangler.catalog.get_table_types(**where)
    partitions = wrangler.catalog.get_parquet_partitions(**where)

    assert types == {column.name: column.type for column in TABLES.table(PROD).columns}
    assert partitions == {lake.location(version("a-1")): ["2024-05-30"]}


def test_an_unpartitioned_table_flips_by_its_location(lake: GlueStores) -> None:
    publish(lake.catalog, version("a-1", "", AREA))
    assert lake.table("prod", "area")["StorageDescriptor"]["Location"] == lake.location(version("a-1", "", AREA))
    publish(lake.catalog, version("b-1", "", AREA))
    assert lake.table("prod", "area")["StorageDescriptor"]["Location"] == lake.location(version("b-1", "", AREA))
    assert lake.table("prod", "area")["PartitionKeys"] == []
    assert [call["SkipArchive"] for call in lake.glue.of("update_table")] == [True]


def test_a_partition_without_rows_is_not_in_glue(lake: GlueStores) -> None:
    publish(lake.catalog, version("a-1"), version("a-1", "2024-05-31"))
    empty = version("b-1", rows=0)
    publish(lake.catalog, empty)
    assert list(lake.shown(PROD)) == ["2024-05-31"]
    assert lake.catalog.current(PROD)[0] == empty
    publish(lake.catalog, version("c-1", rows=0))
    publish(lake.catalog, version("d-1"))
    assert lake.shown(PROD)["2024-05-30"] == lake.location(version("d-1"))


def test_a_candidate_has_a_table_of_its_own_until_it_is_published_or_forgotten(lake: GlueStores) -> None:
    planned = version("20240530t01-ab-1.kept", rows=0)
    lake.catalog.register([planned])
    assert lake.candidates() == []
    made = [version("20240530T01-ab-1.kept"), version("x-1"), version("x-1", "2024-05-31")]
    lake.catalog.register(made)
    names = ["prod_taxi_availability__20240530t01_ab_1_kept", "prod_taxi_availability__x_1"]
    assert sorted(lake.candidates()) == names
    found = aws.clients().glue.get_partitions(DatabaseName=lake.database("candidate"), TableName=names[1])
    assert [one["Values"] for one in found["Partitions"]] == [["2024-05-30"], ["2024-05-31"]]
    lake.catalog.forget(made[:1])
    assert lake.candidates() == names[1:]
    lake.catalog.flip(made[1:])
    assert lake.candidates() == []


def test_a_column_declared_later_is_added_last_and_parameters_set_by_others_stay(lake: GlueStores) -> None:
    publish(lake.catalog, version("a-1"))
    glue, where = aws.clients().glue, lake.database("prod")
    there = lake.table("prod", "taxi_availability")
    kept: Any = {
        name: there[name] for name in ("Name", "TableType", "PartitionKeys", "StorageDescriptor", "Description")
    }
    kept["StorageDescriptor"] = kept["StorageDescriptor"] | {"Columns": kept["StorageDescriptor"]["Columns"][1:]}
    kept["Parameters"] = there["Parameters"] | {"owner": "us"}
    glue.update_table(DatabaseName=where, TableInput=kept)
    publish(lake.catalog, version("b-1"))
    now = lake.table("prod", "taxi_availability")
    first, *rest = there["StorageDescriptor"]["Columns"]
    assert now["StorageDescriptor"]["Columns"] == [*rest, first], "what is there keeps its place"
    assert now["Parameters"]["owner"] == "us"


def test_a_table_that_is_already_as_declared_is_not_written(lake: GlueStores) -> None:
    publish(lake.catalog, version("a-1"))
    publish(lake.catalog, version("b-1"))
    assert lake.glue.of("update_table") == []


# Batches and their lists of errors.


def test_partitions_go_a_hundred_and_twenty_five_at_a_time(lake: GlueStores) -> None:
    publish(lake.catalog, *days(101, "a-1"))
    assert len(lake.shown(PROD)) == 101
    created = [len(call["PartitionInputList"]) for call in lake.glue.of("batch_create_partition")]
    updated = [len(call["Entries"]) for call in lake.glue.of("batch_update_partition")]
    assert (created, updated) == ([100, 1] * 2, [100, 1] * 2), "the candidate's table, then the readers'"

    publish(lake.catalog, *days(101, "b-1", rows=0)[:51])
    assert [len(call["PartitionsToDelete"]) for call in lake.glue.of("batch_delete_partition")] == [25, 25, 1]
    assert len(lake.shown(PROD)) == 50
    assert max(len(call["TransactItems"]) for call in lake.dynamodb.of("transact_write_items")) <= 100


def some_refused(operation: str, key: str, codes: list[str]) -> Callable[..., Any]:
    """The partition of May 30 is refused by Glue, each time with the next code; the others go through."""
    entries = {"Entries": "PartitionValueList", "PartitionInputList": "Values", "PartitionsToDelete": "Values"}

    def call(real: Any, **arguments: Any) -> Any:
        if not codes or arguments["DatabaseName"].endswith("candidate"):
            return real(**arguments)
        code = codes.pop(0)
        refused = [one for one in arguments[operation] if one[entries[operation]] == ["2024-05-30"]]
        others = [one for one in arguments[operation] if one not in refused]
        told = real(**{**arguments, operation: others}) if others else {}
        errors = [{key: ["2024-05-30"], "ErrorDetail": {"ErrorCode": code, "ErrorMessage": "No."}} for _ in refused]
        return {"Errors": [*told.get("Errors", []), *errors]}

    return call


def test_only_the_partitions_that_glue_was_too_busy_for_are_tried_again(lake: GlueStores) -> None:
    publish(lake.catalog, *(version("a-1", day) for day in DAYS))
    busy = ["InternalServiceException"] * 2
    lake.glue.instead["batch_update_partition"] = some_refused("Entries", "PartitionValueList", busy)
    lake.glue.calls.clear()
    publish(lake.catalog, *(version("b-1", day) for day in DAYS))
    assert lake.shown(PROD) == {day: lake.location(version("b-1", day)) for day in DAYS}
    asked = [call for call in lake.glue.of("batch_update_partition") if call["DatabaseName"].endswith("prod")]
    assert [len(call["Entries"]) for call in asked] == [3, 1, 1]

    busy += ["ConcurrentModificationException"]
    lake.glue.instead["batch_delete_partition"] = some_refused("PartitionsToDelete", "PartitionValues", busy)
    publish(lake.catalog, *(version("c-1", day, rows=0) for day in DAYS))
    assert lake.shown(PROD) == {}


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (
            "AccessDeniedException",
            LakeError,
            r"Glue refuses 2024-05-30 of .*taxi_availability: AccessDeniedException: No\.",
        ),
        ("InternalServiceException", ServiceBusy, r"Glue was too busy for 1 partitions .*, 2024-05-30 first"),
    ],
)
def test_a_flip_that_glue_partly_refuses_is_completed_later(
    lake: GlueStores, code: str, kind: type[Exception], said: str
) -> None:
    publish(lake.catalog, *(version("a-1", day) for day in DAYS))
    new = [version("b-1", day) for day in DAYS]
    lake.catalog.register(new)
    refusing = some_refused("Entries", "PartitionValueList", [code] * 99)
    lake.glue.instead["batch_update_partition"] = refusing

    with pytest.raises(kind, match=said):
        lake.catalog.flip(new)
    assert lake.shown(PROD) == {one.partition: lake.location(one) for one in new} | {
        "2024-05-30": lake.location(version("a-1"))
    }

    del lake.glue.instead["batch_update_partition"]
    lake.process().register([])
    assert lake.shown(PROD) == {one.partition: lake.location(one) for one in new}
    assert lake.catalog.current(PROD) == new
    assert lake.redos() == 0


def test_the_error_for_a_missing_permission_names_it(lake: GlueStores) -> None:
    def denied(*_: Any, **__: Any) -> Any:
        raise answer("AccessDeniedException", "", "GetTable")

    lake.catalog.register([version("a-1")])
    lake.glue.instead["get_table"] = denied
    with pytest.raises(ServiceRefused, match=r"permission glue:GetTable is missing for .*prod\.taxi_availability"):
        lake.catalog.flip([version("a-1")])
