"""What AWS says, as one clear Millrace error each.

This is the adapters' edge: no error of botocore comes out of `translated`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from millrace.errors import MillraceError, ServiceBusy, ServiceRefused, SettingError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

# Where the permission's name is not the operation's (service authorization reference of S3).
_ACTIONS = {
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "dynamodb:TransactWriteItems": "dynamodb:PutItem, DeleteItem and ConditionCheckItem",
}
_NAMED_ACTION = re.compile(r"to perform: ([\w-]+:\w+)")

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_UNKNOWN = {
    *("InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException", "InvalidToken", "AuthFailure"),
    *("SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "MissingAuthenticationToken"),
    *("RequestTimeTooSkewed", "MissingAuthenticationTokenException", "IncompleteSignatureException"),
}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AllAccessDisabled", "403", "Forbidden"}
_THROTTLED = {
    *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException"),
    *("SlowDown", "RequestLimitExceeded", "TooManyRequestsException", "ProvisionedThroughputExceededException"),
    *("BandwidthLimitExceeded", "LimitExceededException", "ThrottlingError", "PriorRequestNotComplete"),
}
_ELSEWHERE = {"PermanentRedirect", "AuthorizationHeaderMalformed", "301", "IllegalLocationConstraintException"}
_ABSENT = {"ResourceNotFoundException", "EntityNotFoundException", "ResourceNotFound", "404"}
_TROUBLE = {
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
_NO_LOGIN = {"SSOTokenLoadError", "UnauthorizedSSOTokenError", "LoginRefreshRequired", "SSOError", "LoginError"}
_NO_REGION = {"NoRegionError", "InvalidRegionError", "UnknownRegionError", "ServiceNotInRegionError"}
_UNREACHABLE = {
    *("HTTPClientError", "ConnectionError", "EndpointConnectionError", "SSLError", "ConnectionClosedError"),
    *("ReadTimeoutError", "ConnectTimeoutError", "ProxyConnectionError", "ResponseStreamingError"),
    "IncompleteReadError",
}

_GIVE_CREDENTIALS = (
    "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run under a role that has them."
)
_LOG_IN = "Get new ones: aws sso login, or whatever gave you the old ones."


@contextmanager
def translated(service: str, what: str) -> Iterator[None]:
    """Raise botocore's errors inside as Millrace's. `service` as in permissions (`s3`), `what`: what was worked on."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise refusal(error, service, what) from error
    except BotoCoreError as error:
        raise failure(error, service, what) from error


def refusal(error: ClientError, service: str, what: str) -> MillraceError:
    """What a service answered, as a Millrace error."""
    code, said = code_of(error), str(error.response.get("Error", {}).get("Message", "")).strip()
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    for codes, make in _ANSWERS:
        if code in codes:
            return make(_action(service, error.operation_name, said), what, said)
    if isinstance(status, int) and status >= 500:
        return _trouble(f"{service}:{error.operation_name}", what, said or code)
    return ServiceRefused(f"{service}:{error.operation_name} failed for {what}: {code}: {said or 'no reason given'}.")


def failure(error: Exception, service: str, what: str) -> MillraceError:
    """What kept a request from being made or answered, as a Millrace error."""
    names = {one.__name__ for one in type(error).__mro__}
    if names & _NO_LOGIN:
        return ServiceRefused(f"the AWS login has expired or cannot be read ({error}).", hint=_LOG_IN)
    if names & _NO_CREDENTIALS:
        return SettingError("there are no AWS credentials that can be used.", hint=_GIVE_CREDENTIALS)
    if "ProfileNotFound" in names:
        return SettingError(
            f"{error}.".replace("..", "."), hint="See aws configure list-profiles; AWS_PROFILE names one."
        )
    if names & _NO_REGION:
        return SettingError(
            f"there is no AWS region that can be used for {service} ({str(error).rstrip('.')}).",
            hint="Set MILLRACE_AWS_REGION or AWS_REGION, such as ap-southeast-1.",
        )
    if names & _UNREACHABLE:
        return ServiceBusy(
            f"{service} cannot be reached for {what}: {str(error).rstrip('.')}.",
            hint="Check the network, and MILLRACE_AWS_ENDPOINT_URL if it is set; then try again.",
        )
    return ServiceRefused(f"{service} could not be asked for {what}: {type(error).__name__}: {error}")


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _action(service: str, operation: str, said: str) -> str:
    """The permission's name: as the service says it, else by the operation."""
    named = _NAMED_ACTION.search(said)
    return named[1] if named else _ACTIONS.get(f"{service}:{operation}", f"{service}:{operation}")


def _denied(action: str, what: str, said: str) -> MillraceError:
    return ServiceRefused(
        f"permission {action} is missing for {what}.", hint="Add it to the role or user, or use other credentials."
    )


def _expired(action: str, what: str, said: str) -> MillraceError:
    return ServiceRefused("the AWS credentials have expired.", hint=_LOG_IN)


def _unknown(action: str, what: str, said: str) -> MillraceError:
    return ServiceRefused(
        f"AWS does not accept the credentials ({said.rstrip('.')}).",
        hint="Check the keys, that they are of this account, and this machine's clock.",
    )


def _throttled(action: str, what: str, said: str) -> MillraceError:
    return ServiceBusy(f"AWS throttles {action} for {what}.", hint="Try again later; if it stays so, raise the quota.")


def _trouble(action: str, what: str, said: str) -> MillraceError:
    return ServiceBusy(f"{action} has trouble with {what}: {said.rstrip('.')}.", hint="Try again later.")


def _no_bucket(action: str, what: str, said: str) -> MillraceError:
    return ServiceRefused(f"there is no bucket for {what}.", hint="Check MILLRACE_AWS_BUCKET, or make the bucket.")


def _elsewhere(action: str, what: str, said: str) -> MillraceError:
    return ServiceRefused(
        f"{what} is in another region than the one that was asked.", hint="Set MILLRACE_AWS_REGION to the bucket's."
    )


def _absent(action: str, what: str, said: str) -> MillraceError:
    return ServiceRefused(
        f"{action}: {what} is not there.", hint="Check MILLRACE_STAGE and the region, or deploy the stage."
    )


_ANSWERS: tuple[tuple[set[str], Callable[[str, str, str], MillraceError]], ...] = (
    (_EXPIRED, _expired),
    (_UNKNOWN, _unknown),
    (_DENIED, _denied),
    (_THROTTLED, _throttled),
    (_TROUBLE, _trouble),
    ({"NoSuchBucket"}, _no_bucket),
    (_ELSEWHERE, _elsewhere),
    (_ABSENT, _absent),
)
