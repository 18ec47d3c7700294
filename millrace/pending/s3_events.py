"""The pending list on AWS: before it is read, S3's messages about new objects are copied onto it from their queue.

S3 notifies an SNS topic, and the topic notifies the queue. A message is deleted only after its partitions are on the
list: a crash in between touches a partition twice, and loses none. A message that cannot be read stays in the queue,
which moves it to its dead-letter queue. Sources: S3 user guide, "Event message structure"; SQS API reference,
ReceiveMessage.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from millrace.aws.calls import translated
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.pending.ports import PendingList, TouchedPartition

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_log = logging.getLogger(__name__)

HIDDEN_SECONDS = 60  # the visibility timeout: no longer than a dead process's lease delays the next run
_BATCH = 10  # messages in one ReceiveMessage or DeleteMessageBatch, at most
_MAX_BATCHES = 1000  # for one read of the list; further messages wait for the next

Partition = tuple[str, str]


class S3EventPendingList:
    """A PendingList that adds the queue's partitions to another PendingList, `inner`.

    `root`: the lake's prefix in its bucket, empty or ending with `/`. `hidden_seconds`: the visibility timeout, after
    which SQS delivers a message again unless it was deleted.
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

    def touched(self, source: str) -> list[TouchedPartition]:
        """As the port says. Raises LakeError when the queue cannot be read; its messages stay, so nothing is lost."""
        self._collect()
        return self._inner.touched(source)

    def clear(self, touches: Sequence[TouchedPartition]) -> None:
        self._inner.clear(touches)

    def add(self, source: str, dt: str, now: datetime) -> None:
        self._inner.add(source, dt, now)

    def _collect(self) -> None:
        """Copy the queue's partitions onto the list, then delete their messages."""
        for messages in self._received():
            read = {message["ReceiptHandle"]: self._partitions(message) for message in messages}
            readable = {handle: since for handle, since in read.items() if since is not None}
            for source, dt in sorted({partition for since in readable.values() for partition in since}):
                first = min(since[source, dt] for since in readable.values() if (source, dt) in since)
                self._inner.add(source, dt, first)
            self._delete(list(readable))

    def _received(self) -> Iterator[Sequence[MessageTypeDef]]:
        for _ in range(_MAX_BATCHES):
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
        """The partitions of a message, each with the time of its first new object; None when it cannot be read."""
        try:
            found: dict[Partition, datetime] = {}
            for key, at in _created(json.loads(message["Body"])):
                if partition := self._partition(key):
                    found[partition] = min(at, found.get(partition, at))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning(
                "a message about new objects cannot be read (%r); it stays in the queue: %.200s",
                error,
                message["Body"],
                extra={"event": "queue.unreadable"},
            )
            return None
        return found

    def _partition(self, key: str) -> Partition | None:
        """The partition of a raw object of this lake; None for any other key, which must not stop a run."""
        place = RAW_LAYOUT.place(key.removeprefix(self._root)) if key.startswith(self._root) else None
        return (place.source, place.dt) if place and _is_date(place.dt) else None

    def _delete(self, handles: Sequence[str]) -> None:
        """Delete messages. One whose deletion fails comes again and touches its partition again, which does no harm."""
        if handles:
            entries: list[Any] = [{"Id": str(number), "ReceiptHandle": one} for number, one in enumerate(handles)]
            with self._translated():
                self._client.delete_message_batch(QueueUrl=self._queue_url, Entries=entries)

    def _translated(self) -> Any:
        return translated("sqs", f"the queue {self._queue_url}")


def _created(body: dict[str, Any]) -> list[tuple[str, datetime]]:
    """Key and time of each new object in an S3 message, wrapped by SNS or (with raw delivery) bare.

    The message that S3 sends to test a new configuration has none.
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
