"""Glue 6.0 has Spark 4.1, Glue 5.1 the Spark that the suite has: the same tests hold on both.

Spark 4.1 is a folder of packages of its own (`.ci/install_spark_4`), which comes first on the path of a process.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.engines import WITHOUT_SPARK
from tests.judges import JUDGES

ROOT = Path(__file__).parents[2]
PACKAGES = JUDGES / "pyspark-4.1"
TESTS = ("tests/contracts/test_dialect.py", "tests/contracts/engine", "tests/contracts/test_parity.py")
MISSING = "" if os.environ.get("CI") or PACKAGES.is_dir() else f"{PACKAGES} is missing; .ci/install_spark_4 makes it"


def on_spark_4(*arguments: str) -> str:
    """What a Python process with Spark 4.1 prints."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "SPARK_", "COV_"))},
        "PYTHONPATH": os.pathsep.join([str(PACKAGES), str(ROOT)]),
        "SPARK_HOME": str(PACKAGES / "pyspark"),
    }
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.skipif(bool(WITHOUT_SPARK or MISSING), reason=WITHOUT_SPARK or MISSING)
def test_certified_cases_the_engine_and_whole_runs_hold_on_spark_4() -> None:
    assert on_spark_4("-c", "import pyspark; print(pyspark.__version__)").startswith("4.1.")

    said = on_spark_4("-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "-k", "spark", "-rA", *TESTS)

    assert len(re.findall(r"^PASSED .*spark", said, re.MULTILINE)) > 100
    assert "SKIPPED" not in said
