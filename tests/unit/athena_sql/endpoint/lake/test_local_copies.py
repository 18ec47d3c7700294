"""Local copies of remote objects: fetched when needed, once, within a limit; and a remote lake read through them."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from millrace.athena_sql.endpoint.endpoint import Endpoint, EndpointFolders
from millrace.athena_sql.endpoint.lake.local_copies import LocalCopies
from millrace.athena_sql.ports import Column, ParquetData, ParquetFile, RawData, TableData
from millrace.clock import SystemClock
from millrace.errors import LakeError, ObjectMissing
from tests.unit.athena_sql.endpoint.fenced_lake import outcome

DAYS = ("2024-05-29", "2024-05-30", "2024-05-31")


@dataclass
class Bucket:
    """An object store in memory that counts what is fetched."""

    objects: dict[str, bytes] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)

    def fetch(self, address: str) -> bytes:
        self.fetched.append(address)
        if address not in self.objects:
            raise ObjectMissing(f"no object {address}")
        return self.objects[address]


@pytest.fixture
def bucket() -> Bucket:
    return Bucket({f"bucket/{name}": name.encode() * 10 for name in "abcde"})


def copies(bucket: Bucket, folder: Path, limit: int = 1000) -> LocalCopies:
    return LocalCopies(bucket.fetch, folder, limit)


def test_an_object_is_fetched_once(bucket: Bucket, tmp_path: Path) -> None:
    local = copies(bucket, tmp_path)
    for _ in range(3):
        local.acquire(["bucket/a", "bucket/b"])
    assert sorted(bucket.fetched) == ["bucket/a", "bucket/b"]
    assert local.path("bucket/a").read_bytes() == b"a" * 10


def test_threads_that_want_the_same_object_wait_for_one_copy(tmp_path: Path) -> None:
    begun, go_on, fetched = threading.Event(), threading.Event(), []

    def fetch(address: str) -> bytes:
        fetched.append(address)
        begun.set()
        assert go_on.wait(10)
        return b"x"

    local = LocalCopies(fetch, tmp_path, 1000)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(local.acquire, ["bucket/a"]) for _ in range(4)]
        assert begun.wait(10)
        go_on.set()
        for one in waiting:
            one.result(10)
    assert fetched == ["bucket/a"]


def test_copies_stay_within_their_limit_and_the_least_recently_used_go_first(bucket: Bucket, tmp_path: Path) -> None:
    local = copies(bucket, tmp_path, limit=25)
    for name in "abac":
        with local.lease() as lease:
            lease.copies.acquire([f"bucket/{name}"])
            lease.keys.append(f"bucket/{name}")
    assert local.size <= 25
    assert [local.path(f"bucket/{name}").exists() for name in "abc"] == [True, False, True]


def test_copies_under_lease_are_not_deleted(bucket: Bucket, tmp_path: Path) -> None:
    local = copies(bucket, tmp_path, limit=15)
    data = ParquetData((), tuple(ParquetFile(f"s3://bucket/{name}") for name in "abc"), partitioned=False)
    with local.lease() as lease:
        readable = lease.readable(data, None)
        assert isinstance(readable, ParquetData)
        assert all(Path(file.location).exists() for file in readable.files)
    assert local.size <= 15


def test_another_process_takes_over_the_copies(bucket: Bucket, tmp_path: Path) -> None:
    copies(bucket, tmp_path).acquire(["bucket/a"])
    (tmp_path / ".unfinished" / "half").write_bytes(b"half")
    again = copies(bucket, tmp_path)
    again.acquire(["bucket/a"])
    assert bucket.fetched == ["bucket/a"]
    assert list((tmp_path / ".unfinished").iterdir()) == []


def test_a_missing_object_is_an_error_and_no_copy(bucket: Bucket, tmp_path: Path) -> None:
    local = copies(bucket, tmp_path)
    with pytest.raises(ObjectMissing):
        local.acquire(["bucket/a", "bucket/x"])
    assert not local.path("bucket/x").exists()
    with pytest.raises(LakeError, match="leads out of the folder of copies"):
        local.path("../outside")


@dataclass(frozen=True)
class RemoteLake:
    """`prod.numbers` (3 days of 4 rows), `prod.others` (of 40 rows) and `raw.feed` (of 1 record), in a bucket.

    `prod.grown` has a row a day, and a column that only the second day's file has.
    `root`: where in the bucket the lake is.
    """

    bucket: Bucket
    root: str

    def names(self) -> list[str]:
        return ["prod.grown", "prod.numbers", "prod.others", "raw.feed"]

    def columns(self, name: str) -> tuple[Column, ...]:
        gained = (Column("gained", "string"),) if name == "prod.grown" else ()
        return (*gained, Column("n", "int"), Column("dt", "date")) if name.startswith("prod.") else ()

    def table(self, name: str) -> TableData:
        if name == "raw.feed":
            return RawData(f"s3://bucket/{self.root}/", tuple(f"raw/feed/dt={day}/hour=08/x.json.gz" for day in DAYS))
        short = name.partition(".")[2]
        files = tuple(
            ParquetFile(f"s3://bucket/{self.root}/prod/{short}/run={day}/dt={day}/p.parquet", day) for day in DAYS
        )
        return ParquetData(self.columns(name)[:-1], files)

    def fill(self, folder: Path) -> None:
        for at, day in enumerate(DAYS):
            for short, rows in (("grown", 1), ("numbers", 4), ("others", 40)):
                path = folder / f"{short}-{day}.parquet"
                gained = ", 'new' AS gained" if short == "grown" and day == DAYS[1] else ""
                sql = f"SELECT (range + {at * rows})::INT AS n{gained} FROM range({rows})"
                duckdb.connect().execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")
                self.bucket.objects[f"bucket/{self.root}/prod/{short}/run={day}/dt={day}/p.parquet"] = path.read_bytes()
            record = {"source": "feed", "snapshot_id": day, "observed_at": f"{day} 00:00:00", "payload": {"n": at}}
            packed = gzip.compress(json.dumps(record).encode() + b"\n")
            self.bucket.objects[f"bucket/{self.root}/raw/feed/dt={day}/hour=08/x.json.gz"] = packed


@pytest.fixture(params=["lake", "dt=2020-01-01/hour=00/n=7/lake"], ids=["plain", "below keys"])
def remote_lake(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Endpoint, Bucket]]:
    lake = RemoteLake(Bucket(), request.param)
    lake.fill(tmp_path)
    place = EndpointFolders(tmp_path / "athena", tmp_path / "athena")
    with Endpoint(lake, place, SystemClock(), fetch=lake.bucket.fetch) as endpoint:
        yield endpoint, lake.bucket


def days(bucket: Bucket) -> list[str]:
    found = sorted(address.rpartition("dt=")[2][:10] for address in bucket.fetched)
    bucket.fetched.clear()
    return found


def test_only_the_partitions_that_a_query_reads_are_fetched(remote_lake: tuple[Endpoint, Bucket]) -> None:
    endpoint, bucket = remote_lake
    one = "SELECT max(n) AS m FROM prod.numbers WHERE dt = DATE '2024-05-31'"
    assert outcome(endpoint, one)[2] == [["m"], ["11"]]
    assert days(bucket) == ["2024-05-29", "2024-05-31"]  # the first file tells the columns
    assert outcome(endpoint, one)[2] == [["m"], ["11"]]
    assert days(bucket) == []
    assert outcome(endpoint, "SELECT count(*) AS c, max(dt) AS d FROM prod.numbers")[2][1] == ["12", "2024-05-31"]
    assert days(bucket) == ["2024-05-30"]


def test_a_join_gets_every_partition_that_either_side_reads(remote_lake: tuple[Endpoint, Bucket]) -> None:
    endpoint, _ = remote_lake
    sql = """
        SELECT count(*) AS c FROM prod.numbers a LEFT JOIN prod.numbers b ON a.n = b.n + 4 AND b.dt = DATE '2024-05-29'
        WHERE a.dt >= DATE '2024-05-30' AND b.n IS NULL"""
    assert outcome(endpoint, sql)[2] == [["c"], ["4"]]


@pytest.mark.parametrize(
    ("sql", "expected", "fetched"),
    [
        ("numbers a JOIN prod.others b ON a.n = b.n WHERE a.dt = DATE '2024-05-30'", "4", 5),
        ("others b JOIN prod.numbers a ON a.n = b.n WHERE a.dt = DATE '2024-05-30'", "4", 5),
        ("numbers a JOIN prod.others b ON a.n = b.n WHERE b.dt = DATE '2024-05-29'", "12", 4),
        ("others b RIGHT JOIN prod.numbers a ON a.n = b.n AND b.dt = DATE '2024-05-29'", "12", 4),
        ("numbers a CROSS JOIN prod.others b WHERE b.dt = DATE '2024-05-30'", "480", 5),
        ("numbers a, prod.others b WHERE b.dt >= DATE '2024-05-30' AND b.dt <= DATE '2024-05-30' AND a.n = 0", "40", 5),
    ],
)
def test_a_filter_on_one_table_is_not_applied_to_another_with_as_many_files(
    remote_lake: tuple[Endpoint, Bucket], sql: str, expected: str, fetched: int
) -> None:
    """The engine's plan may list the tables in another order than the text."""
    endpoint, bucket = remote_lake
    assert outcome(endpoint, f"SELECT count(*) AS c FROM prod.{sql}")[2] == [["c"], [expected]]
    assert len(days(bucket)) <= fetched


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT snapshot_id FROM raw.feed WHERE dt = DATE '2024-05-30'", "2024-05-30"),
        ("SELECT source_object FROM raw.feed WHERE dt = DATE '2024-05-30'", "raw/feed/dt=2024-05-30/hour=08/x.json.gz"),
        ("SELECT json_extract_scalar(payload, '$.n') FROM raw.feed WHERE dt > DATE '2024-05-30'", "2"),
        ("SELECT count(*) FROM raw.feed", "3"),
    ],
)
def test_only_raw_objects_that_a_query_reads_are_fetched(
    remote_lake: tuple[Endpoint, Bucket], sql: str, expected: str
) -> None:
    endpoint, bucket = remote_lake
    assert outcome(endpoint, sql)[2][1:] == [[expected]]
    assert len(days(bucket)) == (3 if "count" in sql else 1)


@pytest.mark.parametrize(
    ("where", "expected", "fetched"),
    [
        ("", [["", "0"], ["new", "1"], ["", "2"]], 3),
        (" WHERE dt = DATE '2024-05-31'", [["", "2"]], 2),
        (" WHERE dt = DATE '2024-05-30'", [["new", "1"]], 2),
        (" WHERE gained IS NOT NULL", [["new", "1"]], 3),
    ],
)
def test_a_column_that_the_table_gained_is_null_in_copies_of_files_from_before(
    remote_lake: tuple[Endpoint, Bucket], where: str, expected: list[list[str]], fetched: int
) -> None:
    endpoint, bucket = remote_lake
    found = outcome(endpoint, f"SELECT coalesce(gained, '') AS gained, n FROM prod.grown{where} ORDER BY n")
    assert found[2][1:] == expected
    assert len(days(bucket)) == fetched  # the first file tells the columns


def test_a_missing_object_fails_the_query(remote_lake: tuple[Endpoint, Bucket]) -> None:
    endpoint, bucket = remote_lake
    [key] = [key for key in bucket.objects if key.endswith("/prod/numbers/run=2024-05-30/dt=2024-05-30/p.parquet")]
    del bucket.objects[key]
    state, reason, _ = outcome(endpoint, "SELECT sum(n) FROM prod.numbers")
    assert (state, reason.startswith("GENERIC_USER_ERROR: no object")) == ("FAILED", True)
