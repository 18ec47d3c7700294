"""The refusals and failures that several operations share, in Athena's words."""

from __future__ import annotations

import uuid

from millrace.errors import RequestRefused, StatementFailed

INVALID, NOT_FOUND, METADATA = "InvalidRequestException", "ResourceNotFoundException", "MetadataException"


def invalid(message: str, code: str = "INVALID_INPUT") -> RequestRefused:
    return RequestRefused(INVALID, message, AthenaErrorCode=code, ErrorCode=code)


def unreadable(message: str = "") -> RequestRefused:
    """Of a body that is not what the service's own description of the request says."""
    return RequestRefused("SerializationException", message)


def missing(message: str, resource: str) -> RequestRefused:
    return RequestRefused(NOT_FOUND, message, ResourceName=resource)


def no_metadata(message: str) -> RequestRefused:
    """Of a database or table that is not there, in the envelope of Glue's own answer, which clients look into."""
    return RequestRefused(METADATA, f"{message} {_envelope()}")


def no_entity() -> RequestRefused:
    """As `no_metadata`, for a statement about a table that is not there."""
    return invalid(f"Entity Not Found {_envelope()}")


def too_many(message: str) -> RequestRefused:
    return RequestRefused("TooManyRequestsException", message, Reason="CONCURRENT_QUERY_LIMIT_EXCEEDED")


def _envelope() -> str:
    service = "Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException"
    return f"({service}; Request ID: {uuid.uuid4()}; Proxy: null)"


def unsupported(message: str) -> StatementFailed:
    return StatementFailed("NOT_SUPPORTED", message)
