"""Calls to AWS: things in batches of the size that one call takes, and botocore's errors as Millrace's.

This is the adapters' edge: `translated` lets no botocore error through, and each becomes one clear Millrace error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from millrace.errors import MillraceError, ServiceBusy, ServiceRefused, SettingError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

T = TypeVar("T")

# The permission of an operation that has another name (service authorization reference of S3).
_PERMISSIONS = {
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "dynamodb:TransactWriteItems": "dynamodb:PutItem, DeleteItem and ConditionCheckItem",
}
_NAMED_PERMISSION = re.compile(r"to perform: ([\w-]+:\w+)")

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_BAD_CREDENTIALS = {
    *("InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException", "InvalidToken", "AuthFailure"),
    *("SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "MissingAuthenticationToken"),
    *("RequestTimeTooSkewed", "MissingAuthenticationTokenException", "IncompleteSignatureException"),
}
_DENIED = {
    *("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AllAccessDisabled", "403", "Forbidden"),
    "AuthorizationError",  # SNS
}
_THROTTLED = {
    *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException"),
    *("SlowDown", "RequestLimitExceeded", "TooManyRequestsException", "ProvisionedThroughputExceededException"),
    *("BandwidthLimitExceeded", "LimitExceededException", "ThrottlingError", "PriorRequestNotComplete"),
}
_WRONG_REGION = {"PermanentRedirect", "AuthorizationHeaderMalformed", "301", "IllegalLocationConstraintException"}
_NOT_FOUND = {"ResourceNotFoundException", "EntityNotFoundException", "ResourceNotFound", "404"}
_GONE = {
    *("ResourceNotFoundException", "EntityNotFoundException", "NotFoundException", "StateMachineDoesNotExist"),
}
_SERVER_ERRORS = {
    *("InternalError", "InternalFailure", "InternalServerError", "InternalServiceException", "ServiceUnavailable"),
    *("ServiceUnavailableException", "RequestTimeout", "RequestTimeoutException", "OperationTimeoutException"),
    *("ConcurrentModificationException", "TransactionConflictException", "ConditionalRequestConflict"),
    "TransactionInProgressException",
}

_NO_CREDENTIALS = {
    *("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "NoAuthTokenError"),
    *("UnknownCredentialError", "TokenRetrievalError", "LoginTokenLoadError", "LoginAuthorizationCodeError"),
    "LoginInsufficientPermissions",
}
_LOGIN_EXPIRED = {"SSOTokenLoadError", "UnauthorizedSSOTokenError", "LoginRefreshRequired", "SSOError", "LoginError"}
_NO_REGION = {"NoRegionError", "InvalidRegionError", "UnknownRegionError", "ServiceNotInRegionError"}
_UNREACHABLE = {
    *("HTTPClientError", "ConnectionError", "EndpointConnectionError", "SSLError", "ConnectionClosedError"),
    *("ReadTimeoutError", "ConnectTimeoutError", "ProxyConnectionError", "ResponseStreamingError"),
    "IncompleteReadError",
}

_GIVE_CREDENTIALS = (
    "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run under a role that has them."
)
_LOG_IN = "Get new ones: aws sso login, or the tool that gave you the old ones."


def in_batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of `size` things, the last one perhaps shorter; no list when there are no things."""
    remaining = iter(things)
    while batch := list(islice(remaining, size)):
        yield batch


@contextmanager
def translated(service: str, resource: str) -> Iterator[None]:
    """Raise botocore's errors as Millrace's. `service` as in permissions (`s3`); `resource` is named in the message."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise _service_error(error, service, resource) from error
    except BotoCoreError as error:
        raise _request_error(error, service, resource) from error


@contextmanager
def unless_gone(service: str, resource: str) -> Iterator[None]:
    """As `translated`; the rest of the block is left out where the service says that there is no such thing."""
    from botocore.exceptions import ClientError

    with translated(service, resource):
        try:
            yield
        except ClientError as error:
            if code_of(error) not in _GONE:
                raise


def _service_error(error: ClientError, service: str, resource: str) -> MillraceError:
    """The Millrace error for an error that a service answered."""
    code, message = code_of(error), str(error.response.get("Error", {}).get("Message", "")).strip()
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    for codes, make in _MESSAGES:
        if code in codes:
            return make(_permission(service, error.operation_name, message), resource, message)
    if isinstance(status, int) and status >= 500:
        return _server_error(f"{service}:{error.operation_name}", resource, message or code)
    reason = message.rstrip(".") or "no reason given"
    return ServiceRefused(
        f"{service}:{error.operation_name} failed for {resource}: {code}: {reason}.",
        hint="See the service's documentation of this error code.",
    )


def _request_error(error: Exception, service: str, resource: str) -> MillraceError:
    """The Millrace error for a request that the service did not answer."""
    names = {one.__name__ for one in type(error).__mro__}
    if names & _LOGIN_EXPIRED:
        return ServiceRefused(f"the AWS login has expired or cannot be read ({error}).", hint=_LOG_IN)
    if names & _NO_CREDENTIALS:
        return SettingError("there are no AWS credentials that can be used.", hint=_GIVE_CREDENTIALS)
    if "ProfileNotFound" in names:
        return SettingError(
            f"{error}.".replace("..", "."), hint="Set AWS_PROFILE to a profile that aws configure list-profiles shows."
        )
    if names & _NO_REGION:
        return SettingError(
            f"there is no AWS region that can be used for {service} ({str(error).rstrip('.')}).",
            hint="Set MILLRACE_AWS_REGION or AWS_REGION, such as ap-southeast-1.",
        )
    if names & _UNREACHABLE:
        return ServiceBusy(
            f"{service} cannot be reached for {resource}: {str(error).rstrip('.')}.",
            hint="Check the network, and MILLRACE_AWS_ENDPOINT_URL if it is set; then try again.",
        )
    return ServiceRefused(
        f"the request to {service} for {resource} failed: {type(error).__name__}: {str(error).rstrip('.')}.",
        hint="Check the MILLRACE_AWS_* settings and the installed boto3.",
    )


def code_of(error: ClientError) -> str:
    """The error code of an answer, such as `NoSuchKey`; empty when there is none."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _permission(service: str, operation: str, message: str) -> str:
    """The name of the permission: from the service's message, else from the operation."""
    named = _NAMED_PERMISSION.search(message)
    return named[1] if named else _PERMISSIONS.get(f"{service}:{operation}", f"{service}:{operation}")


def _denied(permission: str, resource: str, message: str) -> MillraceError:
    return ServiceRefused(
        f"permission {permission} is missing for {resource}.",
        hint="Add it to the role or user, or use other credentials.",
    )


def _expired(permission: str, resource: str, message: str) -> MillraceError:
    return ServiceRefused("the AWS credentials have expired.", hint=_LOG_IN)


def _bad_credentials(permission: str, resource: str, message: str) -> MillraceError:
    return ServiceRefused(
        f"AWS does not accept the credentials ({message.rstrip('.')}).",
        hint="Check that the keys belong to this account, and that this machine's clock is right.",
    )


def _throttled(permission: str, resource: str, message: str) -> MillraceError:
    return ServiceBusy(
        f"AWS throttles {permission} for {resource}.",
        hint="Try again later; if it keeps happening, ask AWS for a higher quota.",
    )


def _server_error(permission: str, resource: str, message: str) -> MillraceError:
    return ServiceBusy(f"{permission} has trouble with {resource}: {message.rstrip('.')}.", hint="Try again later.")


def _no_bucket(permission: str, resource: str, message: str) -> MillraceError:
    return ServiceRefused(
        f"there is no bucket for {resource}.", hint="Check MILLRACE_AWS_BUCKET, or create the bucket."
    )


def _wrong_region(permission: str, resource: str, message: str) -> MillraceError:
    return ServiceRefused(
        f"{resource} is in another region than the request was sent to.",
        hint="Set MILLRACE_AWS_REGION to the bucket's region.",
    )


def _not_found(permission: str, resource: str, message: str) -> MillraceError:
    return ServiceRefused(
        f"{permission}: {resource} does not exist.", hint="Check MILLRACE_STAGE and the region, or deploy the stage."
    )


_MESSAGES: tuple[tuple[set[str], Callable[[str, str, str], MillraceError]], ...] = (
    (_EXPIRED, _expired),
    (_BAD_CREDENTIALS, _bad_credentials),
    (_DENIED, _denied),
    (_THROTTLED, _throttled),
    (_SERVER_ERRORS, _server_error),
    ({"NoSuchBucket"}, _no_bucket),
    (_WRONG_REGION, _wrong_region),
    (_NOT_FOUND, _not_found),
)
