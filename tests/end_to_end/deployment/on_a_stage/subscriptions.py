"""A stand-in of SNS on loopback for one call, ListSubscriptionsByTopic: MiniStack confirms each subscription by itself.

Source: SNS API reference, ListSubscriptionsByTopic; a subscription that waits has `PendingConfirmation` as its ARN.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from tests.end_to_end.deployment.ministack import error

WAITING = "PendingConfirmation"
DENIED = "User: x is not authorized to perform: SNS:ListSubscriptionsByTopic on resource: y"


@dataclass
class Subscriptions:
    """`listed`: the protocol, the address and the ARN of each. `topics`: those that were asked for; `denied`: it may
    not be asked.
    """

    url: str = ""
    listed: list[tuple[str, str, str]] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    denied: bool = False

    def answer(self) -> tuple[int, bytes]:
        if self.denied:
            return error("AuthorizationError", DENIED, 403)
        members = [
            f"<member><Protocol>{protocol}</Protocol><Endpoint>{address}</Endpoint>"
            f"<SubscriptionArn>{arn}</SubscriptionArn><Owner>1</Owner></member>"
            for protocol, address, arn in self.listed
        ]
        result = f"<Subscriptions>{''.join(members)}</Subscriptions>"
        text = f"<ListSubscriptionsByTopicResult>{result}</ListSubscriptionsByTopicResult>"
        return 200, f"<ListSubscriptionsByTopicResponse>{text}</ListSubscriptionsByTopicResponse>".encode()


@contextmanager
def subscriptions() -> Iterator[Subscriptions]:
    seen = Subscriptions()

    class TopicHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            given = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            assert given["Action"] == ["ListSubscriptionsByTopic"]
            seen.topics += given["TopicArn"]
            status, body = seen.answer()
            self.send_response_only(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), TopicHandler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    seen.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
