"""The Firehose double over HTTP on loopback, in boto3's protocol: AWS JSON 1.1."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from tests.doubles.firehose import CallRefused, FirehoseDouble

if TYPE_CHECKING:
    from mypy_boto3_firehose import FirehoseClient


class FirehoseServer:
    """Serves one double until it is closed. While `loses_answer()` is true, records are taken but not acknowledged."""

    def __init__(self, double: FirehoseDouble) -> None:
        self.loses_answer: Callable[[], bool] = lambda: False
        outer = self

        class FirehoseHandler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, answer = _answer(double, self.headers["X-Amz-Target"], body)
                if outer.loses_answer():
                    self.close_connection = True
                    return
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), FirehoseHandler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
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
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _answer(double: FirehoseDouble, target: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    if target != "Firehose_20150804.PutRecordBatch":
        return 400, {"__type": "UnknownOperationException", "message": target}
    if body["DeliveryStreamName"] != double.name:
        return 400, {"__type": "ResourceNotFoundException", "message": f"no stream {body['DeliveryStreamName']}"}
    try:
        return 200, double.put_record_batch([base64.b64decode(record["Data"]) for record in body["Records"]])
    except CallRefused as refused:
        return refused.status, {"__type": refused.code, "message": refused.message}
