"""The quarantine (dead-letter queue): its items listed, shown, retried and dropped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millrace.commit_points import CommitPoint
from millrace.errors import UnknownName, UsageError
from millrace.firehose.ports import QuarantinedItem, QuarantineState
from millrace.output_file import whole_file
from millrace.time_keys import COMPACT_FORMAT, EventTime, stored

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime
    from millrace.ingestors.polling.redrive import RedriveResult

LIST_COLUMNS = ("source", "dt", "item_id", "code", "reason", "bytes", "quarantined_at", "state", "note")
RETRY_COLUMNS = ("item_id", "outcome", "snapshot_id", "dt", "note")
_SHOWN_CHARACTERS = 2000  # of a body


def list_items(runtime: Runtime, source: str | None, state: str | None) -> list[dict[str, Any]]:
    """Rows in order of source, date and id. Raises UnknownName."""
    _check_source(runtime, source)
    if state is not None and state not in list(QuarantineState):
        raise UnknownName("state", state, QuarantineState)
    return [item_row(item) for item in runtime.quarantine.items(source) if state in (None, item.state)]


def waiting_longer(runtime: Runtime, age: timedelta) -> dict[str, list[QuarantinedItem]]:
    """The items that have waited for longer than this, by source, the oldest first."""
    limit, found = runtime.clock.now() - age, dict[str, list[QuarantinedItem]]()
    for item in sorted(runtime.quarantine.items(), key=lambda one: one.quarantined_at):
        if item.state is QuarantineState.WAITING and item.quarantined_at < limit:
            found.setdefault(item.source, []).append(item)
    return found


def item_row(item: QuarantinedItem) -> dict[str, Any]:
    return {
        "source": item.source,
        "dt": item.dt,
        "item_id": item.item_id,
        "code": item.code,
        "reason": item.reason,
        "bytes": item.attempt.get("bytes", len(item.body)),
        "quarantined_at": stored(item.quarantined_at),
        "state": str(item.state),
        "note": item.note,
    }


def show_item(runtime: Runtime, item_id: str, output: Path | None) -> dict[str, Any]:
    """Everything about one item. Its bytes are written to `output`. Raises UsageError."""
    item = runtime.quarantine.item(item_id)
    if output is not None:
        _write(item, output)
    attempt = {f"attempt_{name}": value for name, value in item.attempt.items() if name not in ("source", "poll_id")}
    text = item.body[: 4 * _SHOWN_CHARACTERS].decode(errors="replace")
    body = text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
    shown = {"noted_at": stored(item.noted_at) if item.noted_at else "", "sha256": item.sha256}
    shown |= {"part": item.part} if item.part else {}
    return {**item_row(item), **shown, **attempt, "body": body}


def retry_items(
    runtime: Runtime, ids: Sequence[str], source: str | None, everything: bool
) -> tuple[list[dict[str, Any]], bool]:
    """The outcome of each item, and whether all were redriven. Raises UsageError, UnknownName."""
    if bool(ids) + (source is not None) + everything != 1:
        raise UsageError(
            "name the items to retry in exactly one way.", hint="Give their ids, or --source NAME, or --all."
        )
    _check_source(runtime, source)
    if ids:
        chosen = [runtime.quarantine.item(one) for one in dict.fromkeys(ids)]
    else:
        chosen = [item for item in runtime.quarantine.items(source) if item.state is QuarantineState.WAITING]
    try:
        results = [runtime.redriver.retry(item) for item in chosen]
    finally:
        runtime.stream.flush(everything=True)
    return [_result_row(one) for one in results], all(one.item.state is QuarantineState.REDRIVEN for one in results)


def drop_item(runtime: Runtime, item_id: str, reason: str) -> dict[str, Any]:
    """Drops an item for a stated reason, and returns its row. Raises UsageError."""
    return item_row(runtime.redriver.drop(item_id, reason))


def take_record(runtime: Runtime, snapshot_id: str, reason: str) -> list[dict[str, Any]]:
    """Takes a delivered record back out of its partition, which the next run builds again without it.

    The rows of its items in quarantine. A further call does what one that was cut off left to do. Raises UsageError
    without a reason, and for an id that raw does not have.
    """
    from millrace.glue_workflow.record_exclusion import TAKEN, RecordExclusion, read_lines, snapshot_id_of
    from millrace.lake.raw_objects import raw_objects

    if not reason.strip():
        raise UsageError("taking a record back needs a reason.", hint="Give --reason TEXT; it stays on record.")
    runtime.stream.flush(everything=True)
    source, dt = _place_of(runtime, snapshot_id)
    exclusion, now = RecordExclusion(runtime.storage, runtime.quarantine), runtime.clock.now()
    in_raw: dict[str, list[bytes]] = {}
    for found in raw_objects(runtime.storage, source, dt):
        lines = [line for line in read_lines(runtime.storage, found.key) if snapshot_id_of(line) == snapshot_id]
        if lines:
            in_raw[found.key] = lines
    if in_raw:
        runtime.pending.add(source, dt, now)
    for key, lines in in_raw.items():
        exclusion.exclude(key, lines, code=TAKEN, reason=reason.strip(), now=now)
        runtime.reached(CommitPoint.RECORD_TAKEN)
    taken = [
        item
        for item in runtime.quarantine.items(source)
        if (item.code, item.attempt.get("snapshot_id")) == (TAKEN, snapshot_id)
    ]
    if not taken:
        raise UsageError(
            f"there is no record {snapshot_id!r} in raw.",
            hint=f"See millrace query \"SELECT snapshot_id FROM raw.{source} WHERE dt = DATE '{dt}'\".",
        )
    runtime.pending.add(source, dt, now)  # again: a run may have taken it off meanwhile
    return [item_row(item) for item in taken]


def after_taking(runtime: Runtime, snapshot_id: str) -> str:
    """What becomes of the partition that a record was taken out of. Raises UsageError."""
    from millrace.lake.raw_objects import raw_objects

    source, dt = _place_of(runtime, snapshot_id)
    if next(raw_objects(runtime.storage, source, dt), None) is None:
        return (
            f"raw has no other record of {dt}, so no run can build the partition again: if it was published, readers "
            "see it until another record of that day arrives, or until they are rolled back to an earlier version"
        )
    return "the next run of its workflow builds the partition again without it"


def _place_of(runtime: Runtime, snapshot_id: str) -> tuple[str, str]:
    """The source and the partition that an id names: `<source>-<observed_at in UTC>-<digest>`."""
    source, _, rest = snapshot_id.partition("-")
    try:
        observed = datetime.strptime(rest.partition("-")[0], COMPACT_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise UsageError(
            f"{snapshot_id!r} is not the id of a snapshot.", hint="It is a column of raw, staging and prod tables."
        ) from None
    _check_source(runtime, source)
    return source, EventTime.of(observed, runtime.sources[source].timezone).dt


def _result_row(result: RedriveResult) -> dict[str, Any]:
    outcome = "duplicate" if result.duplicate else str(result.item.state)
    row = (result.item.item_id, outcome, result.snapshot_id, result.dt, result.item.note)
    return dict(zip(RETRY_COLUMNS, row, strict=True))


def _check_source(runtime: Runtime, source: str | None) -> None:
    if source is not None and source not in runtime.sources:
        raise UnknownName("source", source, runtime.sources)


def _write(item: QuarantinedItem, output: Path) -> None:
    if item.state is QuarantineState.DROPPED:
        raise UsageError(f"item {item.item_id} was dropped: {item.note}.", hint="Its bytes are gone.")
    with whole_file(output) as place:
        place.write_bytes(item.body)
