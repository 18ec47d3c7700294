"""A source that no workflow refines yet: it is polled, kept and audited like the others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.registry import source as find_source
from millrace.settings import Settings
from millrace.usecases.audit import audit_rows
from millrace.usecases.queries import run_query
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import NOON, SOURCE, answer


def test_its_snapshots_are_pending_and_the_ledger_balances(tmp_path: Path) -> None:
    plain = replace(find_source(SOURCE), name="plain")
    with serving(answer) as url:
        settings = Settings(home=tmp_path, feed="simulated", source_urls={"plain": url})
        with LocalRuntime(settings, sources={"plain": plain}) as runtime:
            assert runtime.poll_handler().poll(plain, NOON, historical=True).dt == "2024-05-30"
            runtime.stream.flush(everything=True)

            assert run_query(runtime, "SELECT count(*) FROM raw.plain").rows == [(1,)]
            (ledger,), imbalances = audit_rows(runtime, [], lambda done, of: None)
    assert imbalances == []
    assert (ledger["source"], ledger["accepted"], ledger["pending"], ledger["published"]) == ("plain", 1, 1, 0)
