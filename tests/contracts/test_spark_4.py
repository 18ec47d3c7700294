"""Glue 6.0 has Python 3.13 and Spark 4.1, Glue 5.1 the Spark that the suite has: the same tests hold on both.

Outside of `make soak` these are the certified cases; a run on Spark 4.1 is in every suite, too, by the packaged script
(`tests/end_to_end/aws/packaged/test_packaged_glue.py`).

They are an environment of their own, which `.ci/install_spark_4` makes.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.contracts.engines import WITHOUT_SPARK
from tests.judges import SPARK_4, WITHOUT_SPARK_4

ROOT = Path(__file__).parents[2]
DIALECT = "tests/contracts/test_dialect.py"
EACH = [
    pytest.param((f"{DIALECT}::test_a_dialect_case_gives_the_known_rows",), 30, id="certified cases"),
    pytest.param(
        (DIALECT, "tests/contracts/engine", "tests/contracts/test_parity.py"), 100, id="all", marks=pytest.mark.soak
    ),
]
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
@pytest.mark.parametrize(("tests", "least"), EACH)
def test_the_same_holds_on_spark_4(tests: Sequence[str], least: int) -> None:
    assert on_spark_4("-c", VERSIONS).startswith("3.13 4.1.")

    said = on_spark_4("-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "-k", "spark", "-rA", *tests)

    assert len(re.findall(r"^PASSED .*spark", said, re.MULTILINE)) > least
    assert "SKIPPED" not in said
