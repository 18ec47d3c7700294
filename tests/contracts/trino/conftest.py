from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from millrace.infra.judges.references import REGION
from tests.contracts import aws
from tests.contracts.trino.client import TrinoClient
from tests.contracts.trino.server import hive_catalog, running_trino, trino_is_missing

CATALOG = "awsdatacatalog"


@pytest.fixture(scope="session")
def over_glue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrinoClient]:
    """Trino over moto's Glue and S3. Skips the test where it is not installed, but in continuous integration."""
    catalog = hive_catalog(CATALOG, aws.endpoint(), REGION)
    if reason := trino_is_missing(catalog.plugins):
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with running_trino(tmp_path_factory.mktemp("over_glue"), catalog) as client:
        yield client
