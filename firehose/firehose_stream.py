"""The delivery stream on AWS: Amazon Data Firehose takes the records; those that it refuses are written to the lake.

A call may succeed and still refuse some of its records (`FailedPutCount`): only those are sent again. When the response
to a call is lost, Firehose may have taken its records; they are sent again too (at-least-once delivery), and
deduplication drops the second copy when staging is built. Source: Firehose API reference, PutRecordBatch.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING

from millrace.clock import Clock
from millrace.errors import DeliveryError, LakeError
from millrace.firehose.batching import batches, separate
from millrace.firehose.ports import Receipt, Record
from millrace.firehose.raw_object import check_record, compressed
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.lake.storage import Storage
from millrace.retry_policy import Policy, RetryState, after_seconds, after_tries, either, exponential, jittered

if TYPE_CHECKING:
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_firehose.type_defs import PutRecordBatchOutputTypeDef

_log = logging.getLogger(__name__)

# Error codes after which the same call cannot succeed.
_PERMANENT = frozenset(
    {"ResourceNotFoundException", "InvalidArgumentException", "ValidationException", "SerializationException"}
    | {"AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException", "InvalidSignatureException"}
)


def default_policy(random: Callable[[], float] | None = None) -> Policy:
    """Five tries within 20 seconds: a Lambda that polls every minute still has time to write to the lake afterwards."""
    return Policy(
        stop=either(after_tries(5), after_seconds(20.0)),
        wait=jittered(exponential(0.2, 5.0), random or Random().random),
    )


class FirehoseDeliveryStream:
    """The delivery stream named `name`. `client` is boto3's for Firehose; it should retry little itself, because only
    the retries here are per record.

    `storage` is the lake's: it gets the records that are too large for the stream, or that the stream keeps refusing.
    """

    def __init__(
        self,
        client: FirehoseClient,
        name: str,
        storage: Storage,
        clock: Clock,
        *,
        policy: Policy | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._name = name
        self._storage = storage
        self._clock = clock
        self._policy = policy or default_policy()
        self._timer = timer

    def put(self, records: Sequence[Record]) -> list[Receipt]:
        """As the port says, except that after an error some records may be durable. The message names the others."""
        for record in records:
            check_record(record)
        fitting, oversize = separate(records)
        refused = [record for batch in batches(fitting) for record in self._send(batch)]
        if refused:
            _log.warning(
                "%s refused %d of %d records; they are written to the lake.",
                self._name,
                len(refused),
                len(records),
                extra={"event": "firehose.refused", "source": ", ".join(sorted({one.source for one in refused}))},
            )
        self._write([*oversize, *refused])
        return [Receipt.ACCEPTED] * len(records)

    def flush(self, *, everything: bool = False) -> int:
        """Nothing to do: Firehose delivers by itself."""
        return 0

    def close(self) -> None:
        pass

    def _send(self, batch: list[Record]) -> list[Record]:
        """Send one batch, with retries; returns the records that the stream did not take within the policy."""
        began, number, unsent = self._timer(), 0, batch
        while True:
            number += 1
            unsent, permanent = self._send_once(unsent)
            tried = RetryState(number, self._timer() - began)
            wait = self._policy.wait(tried)
            if not unsent or permanent or self._policy.stop(tried, wait):
                return unsent
            self._clock.sleep(wait)

    def _send_once(self, records: list[Record]) -> tuple[list[Record], bool]:
        """The records that are still to be sent, and whether sending them again is pointless."""
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
        from botocore.exceptions import ConnectionError as NoConnection

        try:
            answer = self._client.put_record_batch(
                DeliveryStreamName=self._name, Records=[{"Data": record.data} for record in records]
            )
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            _log.warning("%s took no record: %s", self._name, error, extra={"event": "firehose.failed"})
            return records, code in _PERMANENT
        except BotoCoreError as error:
            _log.warning("%s did not answer: %s", self._name, error, extra={"event": "firehose.failed"})
            return records, not isinstance(error, HTTPClientError | NoConnection)
        return _refused(records, answer), False

    def _write(self, records: Sequence[Record]) -> None:
        """Write records straight to the lake, one object each; raises DeliveryError after trying all of them."""
        lost: list[str] = []
        reasons: list[str] = []
        for record in records:
            key = RAW_LAYOUT.object(record.source, record.dt, record.hour, record.snapshot_id)
            try:
                self._storage.put(key, compressed([record.data]))
            except LakeError as error:
                lost.append(record.snapshot_id)
                reasons.append(str(error))
        if lost:
            raise DeliveryError(
                f"neither the stream {self._name} nor the lake took {', '.join(lost)}: {reasons[0]}",
                hint="Fix the cause, then poll again; records that were taken already are not counted twice.",
            )


def _refused(records: list[Record], answer: PutRecordBatchOutputTypeDef) -> list[Record]:
    """The records that a call refused: its responses are in the order of the records."""
    return [
        record
        for record, response in zip(records, answer["RequestResponses"], strict=True)
        if response.get("ErrorCode") or not response.get("RecordId")
    ]
