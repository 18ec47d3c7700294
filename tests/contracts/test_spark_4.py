"""Glue 6.0 has Python 3.13 and Spark 4.1, Glue 5.1 the Spark that the suite has: the same tests hold on both.

They are an environment of their own, which `.ci/install_spark_4` makes.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.contracts.engines import WITHOUT_SPARK
from tests.judges import SPARK_4, WITHOUT_SPARK_4

ROOT = Path(__file__).parents[2]
TESTS = ("tests/contracts/test_dialect.py", "tests/contracts/engine", "tests/contracts/test_parity.py")
VERSIONS = "import sys, pyspark; print('%d.%d' % sys.version_info[:2], pyspark.__version__)"


def on_spark_4(*arguments: str) -> str:
    """What a Python process with Spark 4.1 prints."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "SPARK_", "COV_"))}
    command = [str(SPARK_4 / "bin" / "python"), *arguments]
    given = {**kept, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.skipif(bool(WITHOUT_SPARK or WITHOUT_SPARK_4), reason=WITHOUT_SPARK or WITHOUT_SPARK_4)
def test_certified_cases_the_engine_and_whole_runs_hold_on_spark_4() -> None:
    assert on_spark_4("-c", VERSIONS).startswith("3.13 4.1.")

    said = on_spark_4("-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "-k", "spark", "-rA", *TESTS)

    assert len(re.findall(r"^PASSED .*spark", said, re.MULTILINE)) > 100
    assert "SKIPPED" not in said
