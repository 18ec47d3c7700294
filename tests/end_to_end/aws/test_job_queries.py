"""Jobs of one stage in two processes: together they have no more queries under way on Athena than the stage says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.contracts import aws

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


class CountingAthena(BaseHTTPRequestHandler):
    """As much of Athena's API as queries need, which notes how many are under way at once."""

    left: ClassVar[dict[str, int]] = {}
    lock: ClassVar[threading.Lock] = threading.Lock()
    most: ClassVar[int] = 0

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.lock:
            answer = json.dumps(getattr(self, self.headers["X-Amz-Target"].partition(".")[2])(given)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def StartQueryExecution(self, given: Any) -> Any:  # noqa: N802 - the API's name
        self.left[given["ClientRequestToken"]] = ANSWERS
        type(self).most = max(self.most, sum(map(bool, self.left.values())))
        return {"QueryExecutionId": given["ClientRequestToken"]}

    def GetQueryExecution(self, given: Any) -> Any:  # noqa: N802
        self.left[given["QueryExecutionId"]] = left = max(0, self.left[given["QueryExecutionId"]] - 1)
        return {"QueryExecution": {"Status": {"State": "RUNNING" if left else "SUCCEEDED"}}}

    def GetQueryResults(self, given: Any) -> Any:  # noqa: N802
        columns = [{"Name": "x", "Type": "integer"}]
        rows = [{"Data": [{"VarCharValue": one}]} for one in ("x", "1")]
        return {"ResultSet": {"ResultSetMetadata": {"ColumnInfo": columns}, "Rows": rows}}

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def athena() -> Iterator[str]:
    CountingAthena.left.clear()
    CountingAthena.most = 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), CountingAthena)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(("said", "most"), [("2", [2]), ("0", range(3, 2 * QUERIES + 1))])
def test_two_processes_keep_to_what_the_stage_says(said: str, most: Any, tmp_path: Path) -> None:
    place = aws.new_place()
    with athena() as address:
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
            "MILLRACE_AWS_ENDPOINT_URL_ATHENA": address,
            "MILLRACE_AWS_JOB_QUERIES": said,
        }
        jobs = [
            subprocess.Popen([sys.executable, "-c", JOBS], env=environ, stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        told = [job.communicate(timeout=120)[0].strip() for job in jobs]

    assert told == [str(QUERIES)] * 2
    assert CountingAthena.most in most
