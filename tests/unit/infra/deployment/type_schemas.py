"""CloudFormation's schemas of types of resources, as cfn-lint has them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint

from millrace.infra.judges.references import REGION

_SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"


@cache
def schema(kind: str) -> dict[str, Any]:
    """Of a type, such as AWS::SQS::Queue."""
    found: dict[str, Any] = json.loads((_SCHEMAS / "resources" / f"{_files()[kind]}.json").read_text())
    return found


@cache
def _files() -> dict[str, str]:
    found: dict[str, str] = json.loads((_SCHEMAS / "providers" / f"{REGION}.json").read_text())
    return found
