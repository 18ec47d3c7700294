"""What stands before the local Athena endpoint, whose only workgroup is `primary`: it takes queries of any other."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass
class Workgroups:
    """`asked`: the workgroup and the address of results of each query, in their order."""

    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)

    def take(self) -> set[str]:
        """The workgroups of the queries since the last call."""
        found = {name for name, _ in self.asked}
        self.asked.clear()
        return found


@contextmanager
def workgroups(endpoint: str) -> Iterator[Workgroups]:
    """`endpoint`: the address of the endpoint."""
    seen, to = Workgroups(), urlsplit(endpoint).netloc

    class WorkgroupHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if "QueryString" in given:
                seen.asked.append((given["WorkGroup"], given["ResultConfiguration"]["OutputLocation"]))
                given["WorkGroup"] = "primary"
            connection = HTTPConnection(to, timeout=60)
            headers = {name: self.headers[name] for name in ("Content-Type", "X-Amz-Target")}
            connection.request("POST", self.path, json.dumps(given).encode(), headers)
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            self.send_response_only(answer.status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), WorkgroupHandler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    seen.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
