"""The refusals and failures that several operations share, in Athena's words."""

from __future__ import annotations

import uuid

from millrace.errors import RequestRefused, StatementFailed

INVALID, NOT_FOUND, METADATA = "InvalidRequestException", "ResourceNotFoundException", "MetadataException"


def invalid(message: str, code: str = "INVALID_INPUT") -> RequestRefused:
    return RequestRefused(INVALID, message, AthenaErrorCode=code, ErrorCode=code)


def unreadable(message: str = "") -> RequestRefused:
    """For a body that does not have the types that the service's model declares."""
    return RequestRefused("SerializationException", message)


def resource_not_found(message: str, resource: str) -> RequestRefused:
    return RequestRefused(NOT_FOUND, message, ResourceName=resource)


def metadata_not_found(message: str) -> RequestRefused:
    """For a database or table that does not exist; with the text of Glue's own answer, which clients parse."""
    return RequestRefused(METADATA, f"{message} {_glue_error()}")


def entity_not_found() -> RequestRefused:
    """As `metadata_not_found`, for a statement about a table that does not exist."""
    return invalid(f"Entity Not Found {_glue_error()}")


def too_many(message: str) -> RequestRefused:
    return RequestRefused("TooManyRequestsException", message, Reason="CONCURRENT_QUERY_LIMIT_EXCEEDED")


def _glue_error() -> str:
    service = "Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException"
    return f"({service}; Request ID: {uuid.uuid4()}; Proxy: null)"


def unsupported(message: str) -> StatementFailed:
    return StatementFailed("NOT_SUPPORTED", message)
