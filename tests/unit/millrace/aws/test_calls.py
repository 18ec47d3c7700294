"""Calls to AWS: batches, and each botocore error as one clear Millrace error."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from millrace.aws.calls import in_batches, translated
from millrace.errors import LakeError, MillraceError, RetryLater, ServiceBusy, ServiceRefused, SettingError

exceptions = pytest.importorskip("botocore.exceptions", reason="boto3 is not installed")


def translation(error: Exception, service: str = "s3", what: str = "s3://lake/raw/a") -> MillraceError:
    with pytest.raises(MillraceError) as caught, translated(service, what):
        raise error
    assert caught.value.__cause__ is error
    return caught.value


def answer(code: str, message: str = "", operation: str = "GetObject", status: int = 400) -> Exception:
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    made: Exception = exceptions.ClientError(response, operation)
    return made


@pytest.mark.parametrize(
    ("error", "kind", "expected"),
    [
        (
            exceptions.NoCredentialsError(),
            SettingError,
            "there are no AWS credentials that can be used. Set AWS_PROFILE",
        ),
        (exceptions.NoRegionError(), SettingError, "there is no AWS region"),
        (
            exceptions.EndpointConnectionError(endpoint_url="http://127.0.0.1:1/"),
            ServiceBusy,
            's3 cannot be reached for s3://lake/raw/a: Could not connect to the endpoint URL: "http://127.0.0.1:1/".',
        ),
        (exceptions.SSOTokenLoadError(error_msg="x"), ServiceRefused, "the AWS login has expired"),
        (answer("ExpiredToken"), ServiceRefused, "the AWS credentials have expired. Get new ones: aws sso login"),
        (answer("ExpiredTokenException"), ServiceRefused, "the AWS credentials have expired."),
        (
            answer("InvalidAccessKeyId", "It is unknown."),
            ServiceRefused,
            "does not accept the credentials (It is unknown).",
        ),
        (answer("NoSuchBucket"), ServiceRefused, "there is no bucket for s3://lake/raw/a. Check MILLRACE_AWS_BUCKET"),
        (
            answer("SlowDown", status=503),
            ServiceBusy,
            "AWS throttles s3:GetObject for s3://lake/raw/a. Try again later",
        ),
        (answer("PermanentRedirect"), ServiceRefused, "in another region"),
        (
            answer("Whatever", "It broke", status=500),
            ServiceBusy,
            "s3:GetObject has trouble with s3://lake/raw/a: It broke.",
        ),
        (answer("MalformedXML", "Bad"), ServiceRefused, "s3:GetObject failed for s3://lake/raw/a: MalformedXML: Bad"),
    ],
)
def test_each_kind_of_error_has_its_message(error: Exception, kind: type[MillraceError], expected: str) -> None:
    found = translation(error)
    assert type(found) is kind
    assert expected in str(found)


@pytest.mark.parametrize(
    ("service", "error", "action"),
    [
        ("s3", answer("AccessDenied", "Access Denied"), "s3:GetObject"),
        ("s3", answer("AccessDenied", "", "ListObjectsV2"), "s3:ListBucket"),
        ("s3", answer("403", "Forbidden", "HeadObject"), "s3:GetObject"),
        ("s3", answer("AccessDenied", "", "DeleteObjects"), "s3:DeleteObject"),
        ("glue", answer("AccessDeniedException", "", "BatchUpdatePartition"), "glue:BatchUpdatePartition"),
        ("sns", answer("AuthorizationError", "", "ListSubscriptionsByTopic"), "sns:ListSubscriptionsByTopic"),
        (
            "dynamodb",
            answer(
                "AccessDeniedException",
                "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: dynamodb:DeleteItem on resource: y",
                "TransactWriteItems",
            ),
            "dynamodb:DeleteItem",
        ),
    ],
)
def test_a_missing_permission_is_named(service: str, error: Exception, action: str) -> None:
    assert str(translation(error, service)).startswith(f"permission {action} is missing for s3://lake/raw/a.")


def test_a_throttled_call_is_both_a_lake_error_and_one_to_retry() -> None:
    found = translation(answer("ThrottlingException"))
    assert isinstance(found, LakeError)
    assert isinstance(found, RetryLater)
    assert found.exit_status == 75


def _botocore_errors() -> list[type[Exception]]:
    found: list[Any] = [one for _, one in inspect.getmembers(exceptions, inspect.isclass)]
    return [one for one in found if issubclass(one, exceptions.BotoCoreError)]


@pytest.mark.parametrize("kind", _botocore_errors(), ids=lambda kind: kind.__name__)
def test_no_botocore_error_gets_through(kind: type[Exception]) -> None:
    error = kind.__new__(kind)
    Exception.__init__(error, "it is so")
    assert str(translation(error)).strip()


def test_an_error_that_is_not_botocores_stays_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError), translated("s3", "x"):
        raise ZeroDivisionError


def test_batches_hold_every_thing_once_and_in_order() -> None:
    assert list(in_batches(iter(range(5)), 2)) == [[0, 1], [2, 3], [4]]
    assert list(in_batches([], 2)) == []
