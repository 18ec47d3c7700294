"""Jobs of one stage in two processes: together they have no more queries under way on Athena than the stage says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.contracts import aws
from tests.doubles.loopback_server import LoopbackRequest, LoopbackResponse, LoopbackServer

QUERIES, ANSWERS = 4, 3  # of one process; how often each query is asked for until it has ended
JOBS = f"""
from concurrent.futures import ThreadPoolExecutor

from millrace import environment
from millrace.athena_sql.ports import Statement
from millrace.infra.runtime.aws import AwsRuntime

with AwsRuntime(environment.load()) as runtime, ThreadPoolExecutor({QUERIES}) as pool:
    asked = [Statement("one", "SELECT 1 AS x")] * {QUERIES}
    print(sum(result.rows[0][0] for result in pool.map(runtime.engine.query, asked)))
"""


class CountingAthena:
    """As much of Athena's API as queries need, which notes how many are under way at once."""

    def __init__(self) -> None:
        self.most = 0
        self._left: dict[str, int] = {}
        self._lock = threading.Lock()

    def respond(self, request: LoopbackRequest) -> LoopbackResponse:
        operation = getattr(self, request.headers["X-Amz-Target"].partition(".")[2])
        with self._lock:
            return LoopbackResponse(200, json.dumps(operation(json.loads(request.body))).encode())

    def StartQueryExecution(self, given: Any) -> Any:  # noqa: N802 - the API's name
        self._left[given["ClientRequestToken"]] = ANSWERS
        self.most = max(self.most, sum(map(bool, self._left.values())))
        return {"QueryExecutionId": given["ClientRequestToken"]}

    def GetQueryExecution(self, given: Any) -> Any:  # noqa: N802
        self._left[given["QueryExecutionId"]] = left = max(0, self._left[given["QueryExecutionId"]] - 1)
        return {"QueryExecution": {"Status": {"State": "RUNNING" if left else "SUCCEEDED"}}}

    def GetQueryResults(self, given: Any) -> Any:  # noqa: N802
        columns = [{"Name": "x", "Type": "integer"}]
        rows = [{"Data": [{"VarCharValue": one}]} for one in ("x", "1")]
        return {"ResultSet": {"ResultSetMetadata": {"ColumnInfo": columns}, "Rows": rows}}


@pytest.mark.parametrize(("said", "most"), [("2", [2]), ("0", range(3, 2 * QUERIES + 1))])
def test_two_processes_keep_to_what_the_stage_says(said: str, most: Any, tmp_path: Path) -> None:
    place = aws.new_place()
    athena = CountingAthena()
    with closing(LoopbackServer(athena.respond)) as server:
        environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MILLRACE_")},
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "x",
            "MILLRACE_HOME": str(tmp_path),
            "MILLRACE_AWS_REGION": aws.REGION,
            "MILLRACE_RUNTIME": "aws",
            "MILLRACE_AWS_BUCKET": "of-no-matter",
            "MILLRACE_AWS_STATE_TABLE": place.table,
            "MILLRACE_AWS_ENDPOINT_URL": aws.endpoint(),
            "MILLRACE_AWS_ENDPOINT_URL_ATHENA": server.url,
            "MILLRACE_AWS_JOB_QUERIES": said,
        }
        jobs = [
            subprocess.Popen([sys.executable, "-c", JOBS], env=environ, stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        told = [job.communicate(timeout=120)[0].strip() for job in jobs]

    assert told == [str(QUERIES)] * 2
    assert athena.most in most
