"""The actions of the calls that our own processes make, as IAM names them, with the ARNs that the stack has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from millrace.aws.glue_layout import work_database
from millrace.infra.judges.references import ACCOUNT, REGION
from tests.doubles.aws_proxy import AwsRequest
from tests.end_to_end.aws.aws_jobs import STAGE
from tests.end_to_end.aws.aws_lake import PREFIX

NeededAction = tuple[str, str]  # an action, and the ARN of what it is about

_PLACE = f"{REGION}:{ACCOUNT}"
_BUCKET = f"arn:aws:s3:::millrace-{STAGE}-lake-{ACCOUNT}-{REGION}"

# Actions whose name is not that of the operation (Service Authorization Reference).
_NAMES = {
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
}
_TRANSACTED = {
    "Put": "dynamodb:PutItem",
    "Delete": "dynamodb:DeleteItem",
    "Update": "dynamodb:UpdateItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}


@dataclass
class ActionRecording:
    """What the calls of one process need. It sees the clients of botocore, or the requests that pass a proxy."""

    needed: set[NeededAction] = field(default_factory=set)

    def watch(self, client: Any) -> None:
        client.meta.events.register("provide-client-params", self._note)

    def _note(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        service = model.service_model.service_name
        if service == "s3":
            self.needed |= {(_named(f"s3:{model.name}"), arn) for arn in _of_objects(params)}
        else:
            self._note_call(service, model.name, params)

    def _note_call(self, service: str, operation: str, params: Mapping[str, Any]) -> None:
        if service == "athena" or params.get("DatabaseName") == work_database(STAGE):
            return  # the jobs of the stack run on Spark
        for action in _actions(service, operation, params):
            self.needed |= {(action, arn) for arn in _arns(service, params)}

    def note_request(self, request: AwsRequest) -> None:
        service, _, operation = request.operation.partition(".")
        if service == "s3":
            self.needed |= set(_of_request(request))
        else:
            self._note_call(service, operation, json.loads(request.body))


def _named(call: str) -> str:
    return _NAMES.get(call, call)


def _actions(service: str, operation: str, params: Mapping[str, Any]) -> tuple[str, ...]:
    if operation == "TransactWriteItems":
        return tuple(_TRANSACTED[kind] for one in params["TransactItems"] for kind in one)
    return (_named(f"{service}:{operation}"),)


def _of_objects(params: Mapping[str, Any]) -> list[str]:
    keys = [one["Key"] for one in params.get("Delete", {}).get("Objects", [])]
    keys += [params["Key"]] if "Key" in params else []
    return [_object(key) for key in keys] or [_BUCKET]


def _object(key: str) -> str:
    return f"{_BUCKET}/{key.removeprefix(f'{PREFIX}/')}"


def _arns(service: str, params: Mapping[str, Any]) -> Iterator[str]:
    match service:
        case "dynamodb":
            yield f"arn:aws:dynamodb:{_PLACE}:table/millrace_{STAGE}_state"
        case "firehose":
            yield f"arn:aws:firehose:{_PLACE}:deliverystream/millrace_{STAGE}_raw"
        case "sqs":
            yield f"arn:aws:sqs:{_PLACE}:millrace_{STAGE}_new_objects"
        case "glue" if "DatabaseName" not in params:
            yield f"arn:aws:glue:{_PLACE}:workflow/{params['Name']}"
        case "glue":
            database = params["DatabaseName"]
            yield f"arn:aws:glue:{_PLACE}:catalog"
            yield f"arn:aws:glue:{_PLACE}:database/{database}"
            yield f"arn:aws:glue:{_PLACE}:table/{database}/{params.get('TableName') or params.get('Name', 'any')}"
        case _:
            yield f"arn:aws:{service}:{_PLACE}:?"


def _of_request(request: AwsRequest) -> Iterator[NeededAction]:
    """S3's actions by a request's method and path, whichever client it is of."""
    parts = urlsplit(request.path)
    query = parse_qs(parts.query, keep_blank_values=True)
    key = unquote(parts.path).lstrip("/").partition("/")[2]
    arn = _object(key) if key else _BUCKET
    match request.method:
        case "GET" | "HEAD" if key:
            yield "s3:GetObject", arn
        case "GET" | "HEAD":
            [kind] = {"location", "uploads"} & query.keys() or {"objects"}
            yield (
                {"location": "s3:GetBucketLocation", "uploads": "s3:ListBucketMultipartUploads"}.get(
                    kind, "s3:ListBucket"
                ),
                arn,
            )
        case "DELETE":
            yield ("s3:AbortMultipartUpload" if "uploadId" in query else "s3:DeleteObject"), arn
        case "POST" if "delete" in query:
            yield "s3:DeleteObject", _object(f"{PREFIX}/any")
        case _:
            yield "s3:PutObject", arn
            if request.copies:
                yield "s3:GetObject", arn
