from __future__ import annotations

from collections.abc import Iterator

import pytest

from millrace.ingestors.http.requests_fetcher import RequestsFetcher


@pytest.fixture
def fetcher() -> Iterator[RequestsFetcher]:
    made = RequestsFetcher()
    yield made
    made.close()
