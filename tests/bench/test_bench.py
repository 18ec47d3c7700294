"""The bench itself, on a day that is next to nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.__main__ import main
from tests.bench.report import TARGETS, ratio


def test_cases_run_and_the_document_states_each_target_that_they_tell_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "BENCHMARKS.md"
    main(["--only", "b,c", "--repeats", "1", "--every", "1h", "--folder", str(tmp_path), "--output", str(output)])

    text = output.read_text()
    assert "| c at most 2.5 x b |" in text
    assert "| peak memory of c under 1,024 MiB |" in text
    assert "| met |" in text
    assert "Not the full day: a snapshot every 1h" in text
    assert "{{" not in text
    assert "the whole workflow" in capsys.readouterr().out


def test_a_ratio_is_taken_within_each_repeat() -> None:
    slow_machine = {"b": [{"seconds": 1.0}, {"seconds": 10.0}, {"seconds": 2.0}]}
    samples = slow_machine | {"c": [{"seconds": 2.0}, {"seconds": 20.0}, {"seconds": 4.0}]}
    assert ratio(samples, "c", "b") == 2.0


def test_a_target_that_is_missed_says_so() -> None:
    target = next(one for one in TARGETS if one.needs == ("deliver",))
    assert not target.is_met(299.0)
    assert target.is_met(300.0)


def test_an_unknown_case_is_refused_with_the_list_of_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "x"])
    assert "history_90" in capsys.readouterr().err
