"""The contract of the store of failed attempts' bodies. A new adapter is one entry in ADAPTERS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from millrace.ingestors.polling.failed_bodies import ObjectFailedBodies
from millrace.lake.keys import failed_body
from millrace.lake.local import LocalStorage
from millrace.lake.storage import Storage
from tests.contracts import aws

ADAPTERS: dict[str, Callable[[Path], Storage]] = {"local": LocalStorage, "s3": lambda folder: aws.new_storage()}


@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize("body", [b"", bytes(range(256)) * 300])
def test_a_body_is_kept_as_one_object_unchanged(adapter: str, body: bytes, tmp_path: Path) -> None:
    storage = ADAPTERS[adapter](tmp_path)
    bodies = ObjectFailedBodies(storage)
    for _ in range(2):
        bodies.store("taxi", "2024-05-30", "poll-1", body)
    key = failed_body("taxi", "2024-05-30", "poll-1")
    assert [found.key for found in storage.list("")] == [key]
    assert storage.get(key) == body
