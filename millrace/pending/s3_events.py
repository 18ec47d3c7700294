"""The pending list on AWS: what S3 says of new objects waits in a queue, and is copied onto the list before it is read.

S3 notifies an SNS topic, and the topic this queue. A message is deleted only when its partitions are on the list, so
that a crash in between touches a partition twice, and never loses one. A message that cannot be read stays, for the
queue's dead-letter queue. Sources: S3 user guide, "Event message structure"; SQS API reference, ReceiveMessage.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from millrace.aws.errors import translated
from millrace.lake.keys import RAW, partition_of
from millrace.pending.sqlite import PendingList, Touched

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_log = logging.getLogger(__name__)

HIDDEN_SECONDS = 60  # no longer than a dead process's lease holds the next run up
_BATCH = 10  # the most that one ReceiveMessage or DeleteMessageBatch takes
_BATCHES = 1000  # a bound for one reading: what is left waits for the next

Partition = tuple[str, str]


class QueuedTouches:
    """A PendingList over another one. `root`: the lake's prefix in its bucket, empty or ending with `/`.

    What was received comes again after `hidden_seconds`, unless it was deleted.
    """

    def __init__(
        self,
        inner: PendingList,
        client: SQSClient,
        queue_url: str,
        *,
        root: str = "",
        hidden_seconds: int = HIDDEN_SECONDS,
    ) -> None:
        self._inner, self._client, self._queue_url = inner, client, queue_url
        self._root, self._hidden_seconds = root, hidden_seconds

    def touched(self, source: str) -> list[Touched]:
        """As the port says. Raises LakeError when the queue cannot be read: nothing is lost, its messages stay."""
        self._collect()
        return self._inner.touched(source)

    def clear(self, seen: Sequence[Touched]) -> None:
        self._inner.clear(seen)

    def add(self, source: str, dt: str, now: datetime) -> None:
        self._inner.add(source, dt, now)

    def _collect(self) -> None:
        """Copy what waits in the queue, then delete it."""
        for messages in self._received():
            told = {message["ReceiptHandle"]: self._partitions(message) for message in messages}
            known = {handle: since for handle, since in told.items() if since is not None}
            for source, dt in sorted({one for since in known.values() for one in since}):
                first = min(since[source, dt] for since in known.values() if (source, dt) in since)
                self._inner.add(source, dt, first)
            self._delete(list(known))

    def _received(self) -> Iterator[Sequence[MessageTypeDef]]:
        for _ in range(_BATCHES):
            with self._translated():
                answer = self._client.receive_message(
                    QueueUrl=self._queue_url,
                    MaxNumberOfMessages=_BATCH,
                    WaitTimeSeconds=0,
                    VisibilityTimeout=self._hidden_seconds,
                )
            messages = answer.get("Messages", [])
            if not messages:
                return
            yield messages

    def _partitions(self, message: MessageTypeDef) -> dict[Partition, datetime] | None:
        """Since when each partition has new raw objects, by what a message tells; None for one that cannot be read."""
        try:
            found: dict[Partition, datetime] = {}
            for key, at in _created(json.loads(message["Body"])):
                if place := self._partition(key):
                    found[place] = min(at, found.get(place, at))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning("a message about new objects cannot be read (%r); it stays: %.200s", error, message["Body"])
            return None
        return found

    def _partition(self, key: str) -> Partition | None:
        """None for what is no raw object of this lake: it must not stand in a run's way."""
        below = key.removeprefix(self._root)
        layer, _, rest = below.partition("/")
        source, dt = rest.split("/")[0], partition_of(below).get("dt", "")
        return (source, dt) if key.startswith(self._root) and layer == RAW and source and _is_date(dt) else None

    def _delete(self, handles: Sequence[str]) -> None:
        """What could not be deleted comes again, and touches its partition again: no harm."""
        if handles:
            entries: list[Any] = [{"Id": str(number), "ReceiptHandle": one} for number, one in enumerate(handles)]
            with self._translated():
                self._client.delete_message_batch(QueueUrl=self._queue_url, Entries=entries)

    def _translated(self) -> Any:
        return translated("sqs", f"the queue {self._queue_url}")


def _created(body: dict[str, Any]) -> list[tuple[str, datetime]]:
    """Key and time of each new object in a message of S3, as it came by SNS or (with raw delivery) directly.

    None in S3's test message.
    """
    event = json.loads(body["Message"]) if body.get("Type") == "Notification" else body
    if event.get("Event") == "s3:TestEvent":
        return []
    return [
        (unquote_plus(record["s3"]["object"]["key"]), datetime.fromisoformat(record["eventTime"]).astimezone(UTC))
        for record in event["Records"]
        if record["eventName"].startswith("ObjectCreated")
    ]


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
