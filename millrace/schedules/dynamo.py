"""The schedule switches port on DynamoDB: one item for each schedule that is off."""

from __future__ import annotations

from millrace.state.dynamo import StateTable
from millrace.state.dynamo_items import Delete, Put
from millrace.state.dynamo_keys import SWITCHED_OFF, Key


class DynamoScheduleSwitches:
    def __init__(self, table: StateTable) -> None:
        self._table = table

    def is_on(self, name: str) -> bool:
        return self._table.get(Key(SWITCHED_OFF, name)) is None

    def switch(self, name: str, *, on: bool) -> None:
        key = Key(SWITCHED_OFF, name)
        self._table.write([Delete(key) if on else Put(key, b"{}")], fenced=False)
