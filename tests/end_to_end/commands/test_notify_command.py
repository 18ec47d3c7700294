"""`notify test`, as its users type it: what it says of each notifier, and its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.unit.ingestors.loopback import reply, serving


def notify_test(folder: Path, *addresses: str) -> subprocess.CompletedProcess[str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("MILLRACE_")}
    given = {"MILLRACE_NOTIFY": ",".join(addresses), "MILLRACE_HOME": str(folder / "lake")}
    command = [sys.executable, "-m", "millrace", "notify", "test"]
    return subprocess.run(command, env=others | given, capture_output=True, text=True, timeout=60, check=False)


def test_each_notifier_is_sent_an_event_and_what_became_of_it_is_said(tmp_path: Path) -> None:
    with serving(reply(200)) as hook, serving(reply(410)) as gone:
        good = notify_test(tmp_path, f"{hook.url}?key=s3cret")
        mail = "smtp://me:s3cret@127.0.0.1:9/?from=a@example.org&to=b@example.org"
        bad = notify_test(tmp_path, mail, f"{gone.url}?key=s3cret", hook.url)
    assert (good.returncode, bad.returncode) == (0, 1)
    assert good.stderr.splitlines()[-2:] == ["log: taken", "http 1: taken"]
    assert bad.stderr.splitlines()[-4:] == [
        "log: taken",
        "smtp 1: the mail server cannot be used (ConnectionRefusedError).",
        "http 2: the webhook answered 410.",
        "http 3: taken",
    ]
    assert "s3cret" not in good.stdout + good.stderr + bad.stdout + bad.stderr
    first, second = (json.loads(body) for body in hook.bodies)
    assert (first["event"], second["event"]) == ("notify.test", "notify.test")
    assert not (tmp_path / "lake").exists()


def test_without_an_address_there_is_nothing_to_test(tmp_path: Path) -> None:
    done = notify_test(tmp_path)
    assert (done.returncode, "Set MILLRACE_NOTIFY" in done.stderr) == (2, True)
