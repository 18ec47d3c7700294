"""The model that requests are validated against is the service's own, as botocore has it; botocore is not needed."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from millrace.athena_sql.endpoint.api.request_shapes import SHAPES, RequestShape
from millrace.athena_sql.endpoint.api.shapes import check_request
from millrace.errors import RequestRefused

_QUERY = {"QueryString": "SELECT 1"}
_REUSE = {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 10081}}
_FAILED = "failed to satisfy constraint: Member must"


@pytest.mark.parametrize(
    ("request_", "violation"),
    [
        ({}, "Value null at 'queryString' failed to satisfy constraint: Member must not be null"),
        (
            {**_QUERY, "WorkGroup": ""},
            f"Value '' at 'workGroup' {_FAILED} satisfy regular expression pattern: [a-zA-Z0-9._-]{{1,128}}",
        ),
        (
            {**_QUERY, "ResultReuseConfiguration": _REUSE},
            "Value '10081' at 'resultReuseConfiguration.resultReuseByAgeConfiguration.maxAgeInMinutes'"
            f" {_FAILED} have value less than or equal to 10080",
        ),
        (
            {**_QUERY, "ExecutionParameters": []},
            f"Value '[]' at 'executionParameters' {_FAILED} have length greater than or equal to 1",
        ),
        (
            {**_QUERY, "ExecutionParameters": ["1", ""]},
            f"Value '' at 'executionParameters.2.member' {_FAILED} have length greater than or equal to 1",
        ),
        (
            {**_QUERY, "ResultConfiguration": {"EncryptionConfiguration": {"EncryptionOption": "NONE"}}},
            "Value 'NONE' at 'resultConfiguration.encryptionConfiguration.encryptionOption'"
            f" {_FAILED} satisfy enum value set: [SSE_S3, SSE_KMS, CSE_KMS]",
        ),
    ],
    ids=["required", "pattern", "value", "no items", "an item", "enum"],
)
def test_a_request_is_refused_in_the_services_words(request_: dict[str, Any], violation: str) -> None:
    with pytest.raises(RequestRefused) as raised:
        check_request("StartQueryExecution", request_)
    assert raised.value.message == f"1 validation error detected: {violation}"


def test_requests_are_validated_where_botocore_is_not_installed() -> None:
    program = (
        "import sys; sys.modules['botocore'] = sys.modules['boto3'] = None\n"
        "from millrace.athena_sql.endpoint.api.shapes import check_request\n"
        "check_request('GetWorkGroup', {'WorkGroup': ''})"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "1 validation error detected: Value '' at 'workGroup' failed" in ended.stderr


def test_the_model_is_botocores() -> None:
    model = pytest.importorskip("botocore.loaders").Loader().load_service_model("athena", "service-2")
    assert {name: _shape(model["shapes"][name]) for name in SHAPES} == SHAPES
    used = {name for shape in SHAPES.values() for name in (*shape.members.values(), shape.items) if name}
    assert {name for name in SHAPES if not name.endswith("Input")} == used


def _shape(found: Any) -> RequestShape:
    return RequestShape(
        found["type"],
        found.get("min"),
        found.get("max"),
        found.get("pattern", ""),
        tuple(found.get("enum", ())),
        found["member"]["shape"] if found["type"] == "list" else "",
        {name: member["shape"] for name, member in found.get("members", {}).items()},
        tuple(found.get("required", ())),
    )
