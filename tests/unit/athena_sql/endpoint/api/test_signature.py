"""Signature Version 4, against botocore's own signer and against every way to alter a request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from millrace.athena_sql.endpoint.api.signature import SignedRequest, Verifier
from millrace.errors import RequestRefused
from millrace.settings import Secret

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def signed(
    *, body: bytes = b"{}", query: str = "", key: str = KEY, secret: str = SECRET, service: str = "athena"
) -> SignedRequest:
    url = f"http://127.0.0.1:8765/{'?' + query if query else ''}"
    request = AWSRequest("POST", url, {"X-Amz-Target": "AmazonAthena.ListWorkGroups", "Spaced": " a   b "}, body)
    SigV4Auth(Credentials(key, secret), service, "ap-southeast-1").add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()} | {"host": "127.0.0.1:8765"}
    return SignedRequest("POST", "/", query, headers, body)


def verifier(later: timedelta = timedelta()) -> Verifier:
    return Verifier(KEY, Secret(SECRET), lambda: datetime.now(UTC) + later)


def test_a_signed_request_passes() -> None:
    verifier().check(signed())
    verifier().check(signed(query="b=2&a=%20x&a=1", body="é".encode()))
    verifier(timedelta(minutes=14)).check(signed())


@pytest.mark.parametrize(
    ("request_", "shape"),
    [
        (signed(key="ANOTHER"), "UnrecognizedClientException"),
        (signed(secret="another"), "InvalidSignatureException"),
        (signed(service="s3"), "InvalidSignatureException"),
        (SignedRequest("POST", "/", "", {}, b"{}"), "MissingAuthenticationTokenException"),
        (SignedRequest("POST", "/", "", {"authorization": "Basic x"}, b"{}"), "IncompleteSignatureException"),
        (SignedRequest("POST", "/", "", signed().headers, b"{'x': 1}"), "InvalidSignatureException"),
        (SignedRequest("PUT", "/", "", signed().headers, b"{}"), "InvalidSignatureException"),
        (SignedRequest("POST", "/x", "", signed().headers, b"{}"), "InvalidSignatureException"),
        (SignedRequest("POST", "/", "a=1", signed().headers, b"{}"), "InvalidSignatureException"),
        (SignedRequest("POST", "/", "", {**signed().headers, "host": "x"}, b"{}"), "InvalidSignatureException"),
        (
            SignedRequest("POST", "/", "", {**signed().headers, "x-amz-target": "AmazonAthena.X"}, b"{}"),
            "InvalidSignatureException",
        ),
    ],
)
def test_an_altered_request_is_refused(request_: SignedRequest, shape: str) -> None:
    with pytest.raises(RequestRefused) as raised:
        verifier().check(request_)
    assert (raised.value.shape, raised.value.status) == (shape, 403)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("minutes", [-16, 16])
def test_an_expired_signature_is_refused(minutes: int) -> None:
    with pytest.raises(RequestRefused, match="Signature expired"):
        verifier(timedelta(minutes=minutes)).check(signed())
