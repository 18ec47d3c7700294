"""The Firehose double over HTTP on loopback, in boto3's protocol: AWS JSON 1.1."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.doubles.firehose import CallRefused, FirehoseDouble
from tests.doubles.loopback_server import LoopbackRequest, LoopbackResponse, LoopbackServer

if TYPE_CHECKING:
    from mypy_boto3_firehose import FirehoseClient


class FirehoseServer:
    """Serves one double until it is closed. While `loses_answer()` is true, records are taken but not acknowledged."""

    def __init__(self, double: FirehoseDouble) -> None:
        self.loses_answer: Callable[[], bool] = lambda: False
        self._double = double
        self._server = LoopbackServer(self._respond)
        self.url = self._server.url
        self._clients: list[FirehoseClient] = []

    def client(self) -> FirehoseClient:
        """A client of boto3's, without its retries."""
        import boto3
        from botocore.config import Config

        made = boto3.client(
            "firehose",
            endpoint_url=self.url,
            region_name="ap-southeast-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
            config=Config(retries={"total_max_attempts": 1}, read_timeout=10, connect_timeout=2),
        )
        self._clients.append(made)
        return made

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self._server.close()

    def _respond(self, request: LoopbackRequest) -> LoopbackResponse | None:
        status, answer = _answer(self._double, request.headers["X-Amz-Target"], json.loads(request.body))
        if self.loses_answer():
            return None
        kind = ("Content-Type", "application/x-amz-json-1.1")
        return LoopbackResponse(status, json.dumps(answer).encode(), (kind,))


def _answer(double: FirehoseDouble, target: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    if target != "Firehose_20150804.PutRecordBatch":
        return 400, {"__type": "UnknownOperationException", "message": target}
    if body["DeliveryStreamName"] != double.name:
        return 400, {"__type": "ResourceNotFoundException", "message": f"no stream {body['DeliveryStreamName']}"}
    try:
        return 200, double.put_record_batch([base64.b64decode(record["Data"]) for record in body["Records"]])
    except CallRefused as refused:
        return refused.status, {"__type": refused.code, "message": refused.message}
