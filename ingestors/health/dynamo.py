"""The health port on DynamoDB."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from millrace.errors import LakeError
from millrace.ingestors.health.feed_health import Health, decode_health
from millrace.state.dynamo import StateTable
from millrace.state.dynamo_keys import HEALTH, Key


class DynamoHealth:
    def __init__(self, table: StateTable) -> None:
        self._table = table

    def update(self, source: str, step: Callable[[Health], Health]) -> tuple[Health, Health]:
        """As the port says, under an optimistic lock: the write fails, and is tried again, if the item has changed."""
        steps: list[tuple[Health, Health]] = []

        def stepped(data: bytes | None) -> bytes | None:
            before = _health(source, data)
            after = step(before)
            steps.append((before, after))
            return data if after == before else msgspec.json.encode(after)

        self._table.update(Key(HEALTH, source), stepped, fenced=False)
        return steps[-1]

    def read(self, source: str) -> Health:
        return _health(source, self._table.get(Key(HEALTH, source)))


def _health(source: str, data: bytes | None) -> Health:
    if data is None:
        return Health()
    try:
        return decode_health(data)
    except msgspec.DecodeError as error:
        raise LakeError(
            f"cannot read the health of {source}: {error}.",
            hint="Delete that item from the state table; it is made anew.",
        ) from None
