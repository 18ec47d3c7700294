"""The contract of a lake's storage. A new adapter is one entry in ADAPTERS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from millrace.errors import FeedUnavailable, LakeError, ObjectMissing
from millrace.lake.local import LocalStorage
from millrace.lake.storage import Storage
from tests.contracts import aws


@dataclass
class Adapter:
    """`open` gives an empty lake. `folders`: keys are paths, so that no key may be another key's folder."""

    open: Callable[[Path], Storage]
    folders: bool


ADAPTERS = {
    "local": Adapter(lambda folder: LocalStorage(folder / "lake"), folders=True),
    "s3": Adapter(lambda folder: aws.new_storage(removable=("",)), folders=False),
}
BAD_KEYS = ["", "/", "/a", "a/", "a//b", "..", "../a", "a/../../b", "a/..", ".", "./a", "a/./b", "a\0b", "a\ud800"]


@pytest.fixture(params=ADAPTERS)
def adapter(request: pytest.FixtureRequest) -> Adapter:
    return ADAPTERS[request.param]


@pytest.fixture
def storage(adapter: Adapter, tmp_path: Path) -> Storage:
    return adapter.open(tmp_path)


def keys(storage: Storage, prefix: str = "") -> list[str]:
    return [found.key for found in storage.list(prefix)]


@pytest.mark.parametrize(
    "sizes", [(), (0,), (3, 5), (1, 9 * 1024 * 1024, 7)], ids=["none", "empty", "small", "in parts"]
)
def test_an_object_is_written_of_pieces_as_they_come(storage: Storage, sizes: tuple[int, ...]) -> None:
    pieces = [bytes([number]) * size for number, size in enumerate(sizes)]

    storage.put_chunks("a/b", iter(pieces))

    assert storage.get("a/b") == b"".join(pieces)


@pytest.mark.parametrize("before", [b"", b"x" * (9 * 1024 * 1024)], ids=["at once", "after the first part"])
def test_pieces_that_end_in_an_error_leave_what_was_there(storage: Storage, tmp_path: Path, before: bytes) -> None:
    def broken() -> Iterator[bytes]:
        yield before
        raise FeedUnavailable("its body was cut", tries=1)

    storage.put("a/b", b"old")
    for key in ("a/b", "a/new"):
        with pytest.raises(FeedUnavailable, match="its body was cut"):
            storage.put_chunks(key, broken())

    assert keys(storage) == ["a/b"]
    assert storage.get("a/b") == b"old"
    assert [file for file in tmp_path.rglob(".writing/*") if file.is_file()] == []


def test_the_tail_of_an_object_is_its_last_bytes_or_all_of_a_smaller_one(storage: Storage) -> None:
    storage.put("a/b", b"0123456789")
    storage.put("a/empty", b"")

    assert [storage.tail("a/b", size) for size in (1, 4, 10, 11)] == [b"9", b"6789", b"0123456789", b"0123456789"]
    assert storage.tail("a/empty", 4) == b""
    with pytest.raises(ObjectMissing):
        storage.tail("a/missing", 4)


def test_an_object_comes_back_and_can_be_replaced(storage: Storage) -> None:
    storage.put("raw/a.json", b"one")
    assert storage.get("raw/a.json") == b"one"
    storage.put("raw/a.json", b"")
    assert storage.get("raw/a.json") == b""
    assert keys(storage) == ["raw/a.json"]


def test_an_existing_object_is_not_created_again(storage: Storage) -> None:
    assert storage.create("raw/a.json", b"one")
    assert not storage.create("raw/a.json", b"two")
    assert storage.get("raw/a.json") == b"one"
    storage.delete(["raw/a.json"])
    assert storage.create("raw/a.json", b"three")
    assert storage.get("raw/a.json") == b"three"
    assert keys(storage) == ["raw/a.json"]


def test_of_several_that_create_an_object_one_succeeds(storage: Storage) -> None:
    with ThreadPoolExecutor(4) as pool:
        created = list(pool.map(lambda number: storage.create("raw/a", str(number).encode()), range(8)))
    assert created.count(True) == 1
    assert storage.get("raw/a") == str(created.index(True)).encode()


@pytest.mark.parametrize("key", ["raw/b", "raw", "raw/a/b", "other/deep/key"])
def test_a_key_without_an_object_is_missing(storage: Storage, key: str) -> None:
    storage.put("raw/a", b"one")
    with pytest.raises(ObjectMissing, match="no object"):
        storage.get(key)
    storage.delete([key])
    assert keys(storage) == ["raw/a"]


def test_a_listing_gives_size_and_time(storage: Storage) -> None:
    storage.put("raw/a", b"12345")
    (found,) = storage.list("raw/a")
    assert (found.key, found.size) == ("raw/a", 5)
    assert found.modified.tzinfo is UTC
    assert abs(found.modified - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_prefix_is_any_text_and_keys_come_in_the_order_of_their_bytes(storage: Storage) -> None:
    held = ["a-b", "a.b", "a/b-", "a/b-c/d", "a/b.c", "a0", "b/\u00e9", "b/z", "b/\uffff", "b/\U0001f695"]
    held += ["taxi/1", "taxi_2/1"]
    for key in held:
        storage.put(key, b"x")
    expected = sorted(held, key=str.encode)
    assert keys(storage) == expected
    for prefix in [
        "a",
        "a/",
        "a/b",
        "a/b-",
        "a/b-c/",
        "b/\u00e9",
        "taxi",
        "taxi/",
        "c",
        "/",
        "a//",
        "..",
        "../",
        "a/../b",
    ]:
        assert keys(storage, prefix) == [key for key in expected if key.startswith(prefix)], prefix


@pytest.mark.parametrize("key", BAD_KEYS)
def test_a_key_that_leaves_the_root_or_has_two_spellings_is_refused(storage: Storage, key: str) -> None:
    with pytest.raises(LakeError, match="is not a key"):
        storage.put(key, b"x")
    with pytest.raises(LakeError, match="is not a key"):
        storage.create(key, b"x")
    with pytest.raises(LakeError, match="is not a key"):
        storage.get(key)
    with pytest.raises(LakeError, match="is not a key"):
        storage.delete([key])
    with pytest.raises(LakeError, match="is not a key"):
        storage.seal([key])
    assert keys(storage) == []
    assert keys(storage, key) == []


def test_a_location_is_the_address_for_an_engine(storage: Storage) -> None:
    storage.put("raw/a", b"x")
    root = storage.location("").rstrip("/")
    assert storage.location("raw/a") == f"{root}/raw/a"
    assert storage.location("raw/") == f"{root}/raw/"
    with pytest.raises(LakeError, match="is not a key"):
        storage.location("../a")


def test_sealing_needs_the_object(storage: Storage) -> None:
    storage.put("raw/a", b"x")
    storage.seal(["raw/a"])
    with pytest.raises(ObjectMissing):
        storage.seal(["raw/b"])


def test_delete_takes_many_and_each_only_once(storage: Storage) -> None:
    for key in ("a/1", "a/2", "b/1"):
        storage.put(key, b"x")
    storage.delete(key for key in ("a/1", "a/2", "a/1", "c"))
    assert keys(storage) == ["b/1"]
    storage.put("a", b"where there was a folder")
    assert keys(storage) == ["a", "b/1"]


parts = st.sampled_from(["a", "b", "a-", "a.b", "dt=1", "\u00e9", "\U0001f695", ".hidden", " "])
key_texts = st.lists(parts, min_size=1, max_size=3).map("/".join)
prefixes = st.one_of(key_texts, key_texts.map(lambda key: f"{key}/"), key_texts.map(lambda key: key[:-1]), st.text())


class StorageAgainstDict(RuleBasedStateMachine):
    def __init__(self, adapter: Adapter, folder: Path) -> None:
        super().__init__()
        self.adapter, self.folder = adapter, folder

    @initialize()
    def start(self) -> None:
        self.temporary = TemporaryDirectory(dir=self.folder)
        self.storage = self.adapter.open(Path(self.temporary.name))
        self.model: dict[str, bytes] = {}

    @rule(key=key_texts, data=st.binary(max_size=20))
    def put(self, key: str, data: bytes) -> None:
        if self.adapter.folders and any(f"{key}/".startswith(f"{held}/") for held in self.model if held != key):
            expected: type[Exception] | None = LakeError
        else:
            nested = any(held.startswith(f"{key}/") for held in self.model)
            expected = LakeError if self.adapter.folders and nested else None
        with raising(expected):
            self.storage.put(key, data)
            self.model[key] = data

    @rule(key=key_texts, data=st.binary(max_size=20))
    def create(self, key: str, data: bytes) -> None:
        if key in self.model:
            assert not self.storage.create(key, data)
        else:
            self.put(key, data)

    @rule(key=key_texts)
    def get(self, key: str) -> None:
        with raising(None if key in self.model else ObjectMissing):
            assert self.storage.get(key) == self.model[key]

    @rule(some=st.lists(key_texts, max_size=4))
    def delete(self, some: list[str]) -> None:
        self.storage.delete(some)
        for key in some:
            self.model.pop(key, None)

    @rule(prefix=prefixes)
    def list_some(self, prefix: str) -> None:
        found = [(each.key, each.size) for each in self.storage.list(prefix)]
        expected = sorted((key for key in self.model if key.startswith(prefix)), key=str.encode)
        assert found == [(key, len(self.model[key])) for key in expected]

    @invariant()
    def the_whole_listing_is_the_models(self) -> None:
        assert keys(self.storage) == sorted(self.model, key=str.encode)

    def teardown(self) -> None:
        self.temporary.cleanup()


@contextmanager
def raising(expected: type[Exception] | None) -> Iterator[None]:
    if expected is None:
        yield
    else:
        with pytest.raises(expected):
            yield


def test_storage_behaves_as_a_dict(adapter: Adapter, tmp_path: Path) -> None:
    class Machine(StorageAgainstDict):
        def __init__(self) -> None:
            super().__init__(adapter, tmp_path)

    limits = settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Machine, settings=limits)
