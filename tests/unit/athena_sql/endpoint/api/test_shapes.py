"""Requests are validated without botocore too."""

from __future__ import annotations

import pytest

from millrace.athena_sql.endpoint.api.shapes import Shapes
from millrace.errors import RequestRefused


def test_required_members_are_checked_without_botocore() -> None:
    bare = Shapes(None)
    bare.check("StartQueryExecution", {"QueryString": "SELECT 1"})
    with pytest.raises(RequestRefused, match="Value null at 'queryString' failed to satisfy constraint"):
        bare.check("StartQueryExecution", {})
