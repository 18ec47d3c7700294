"""A stand-in of SNS on loopback for one call, ListSubscriptionsByTopic: MiniStack confirms each subscription by itself.

Source: SNS API reference, ListSubscriptionsByTopic; a subscription that waits has `PendingConfirmation` as its ARN.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from tests.doubles.loopback_server import LoopbackRequest, LoopbackResponse, LoopbackServer
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

    def respond(self, request: LoopbackRequest) -> LoopbackResponse:
        given = parse_qs(request.body.decode())
        assert given["Action"] == ["ListSubscriptionsByTopic"]
        self.topics += given["TopicArn"]
        status, body = error("AuthorizationError", DENIED, 403) if self.denied else (200, self._listed())
        return LoopbackResponse(status, body, (("Content-Type", "text/xml"),))

    def _listed(self) -> bytes:
        members = [
            f"<member><Protocol>{protocol}</Protocol><Endpoint>{address}</Endpoint>"
            f"<SubscriptionArn>{arn}</SubscriptionArn><Owner>1</Owner></member>"
            for protocol, address, arn in self.listed
        ]
        result = f"<Subscriptions>{''.join(members)}</Subscriptions>"
        text = f"<ListSubscriptionsByTopicResult>{result}</ListSubscriptionsByTopicResult>"
        return f"<ListSubscriptionsByTopicResponse>{text}</ListSubscriptionsByTopicResponse>".encode()


@contextmanager
def subscriptions() -> Iterator[Subscriptions]:
    seen = Subscriptions()
    with closing(LoopbackServer(seen.respond)) as server:
        seen.url = server.url
        yield seen
