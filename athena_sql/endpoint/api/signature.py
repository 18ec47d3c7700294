"""Signature Version 4: verifies that a request was signed with the endpoint's one key pair.

The algorithm is that of the AWS documentation, "Create a signed AWS API request": a hash of the canonical request,
signed by a key that is derived from the secret, the day, the region and the service.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, unquote

from millrace.errors import RequestRefused
from millrace.settings import Secret

ALGORITHM = "AWS4-HMAC-SHA256"
SERVICE = "athena"
TOLERANCE_SECONDS = 15 * 60
_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} +Credential=(?P<key>[^/,\s]+)/(?P<day>\d{{8}})/(?P<region>[\w-]+)/(?P<service>[\w-]+)/aws4_request,"
    r" *SignedHeaders=(?P<headers>[^,\s]+), *Signature=(?P<signature>[0-9a-f]{64})"
)
_REQUIRED = frozenset({"host", "x-amz-date"})


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """`headers` by lower-case name."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Verifier:
    """`now` gives the instant with a zone."""

    key_id: str
    secret: Secret
    now: Callable[[], datetime]

    def check(self, request: SignedRequest) -> None:
        """Raises RequestRefused (status 403): no signature, another key, a wrong signature, or one that has expired."""
        text = request.headers.get("authorization", "")
        if not text:
            raise _refused("MissingAuthenticationTokenException", "Missing Authentication Token")
        found = _AUTHORIZATION.fullmatch(text.strip())
        if found is None:
            raise _refused(
                "IncompleteSignatureException",
                f"The Authorization header is not of {ALGORITHM}'s form.",
            )
        if not hmac.compare_digest(found["key"].encode(), self.key_id.encode()):
            raise _refused("UnrecognizedClientException", "The security token included in the request is invalid.")
        signed = found["headers"].split(";")
        if not set(signed) >= _REQUIRED or found["service"] != SERVICE:
            raise _mismatch()
        self._check_time(request.headers.get("x-amz-date", ""), found["day"])
        scope = f"{found['day']}/{found['region']}/{found['service']}/aws4_request"
        digest = hashlib.sha256(_canonical(request, signed).encode()).hexdigest()
        to_sign = f"{ALGORITHM}\n{request.headers['x-amz-date']}\n{scope}\n{digest}"
        signature = hmac.new(self._key(scope), to_sign.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature, found["signature"]):
            raise _mismatch()

    def _check_time(self, text: str, day: str) -> None:
        try:
            signed = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            raise _refused("IncompleteSignatureException", "X-Amz-Date must be a time like 20240530T080000Z.") from None
        if text[:8] != day or abs((self.now() - signed).total_seconds()) > TOLERANCE_SECONDS:
            raise _refused("InvalidSignatureException", f"Signature expired: {text} is not the current time.")

    def _key(self, scope: str) -> bytes:
        key = f"AWS4{self.secret.reveal()}".encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key


def _canonical(request: SignedRequest, signed: list[str]) -> str:
    pairs = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parse_qsl(request.query, True)
    )
    lines = [f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed]
    return "\n".join(
        [
            request.method,
            quote(unquote(request.path) or "/", safe="/-_.~"),
            "&".join(f"{name}={value}" for name, value in pairs),
            "".join(lines),
            ";".join(signed),
            hashlib.sha256(request.body).hexdigest(),
        ]
    )


def _mismatch() -> RequestRefused:
    return _refused(
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access"
        " Key and signing method.",
    )


def _refused(shape: str, message: str) -> RequestRefused:
    return RequestRefused(shape, message, status=403)
