"""Where programs that judge, and that the project does not need itself, are installed (`.ci/install_*`)."""

from __future__ import annotations

import os
from pathlib import Path

JUDGES = Path(os.environ.get("MILLRACE_JUDGES") or Path.home() / ".cache" / "millrace-judges")

# Glue 6.0's Python 3.13 and Spark 4.1. Why nothing can be tested on them; empty when it can, and in continuous
# integration, where it must be.
SPARK_4 = JUDGES / "spark-4.1"
WITHOUT_SPARK_4 = (
    "" if os.environ.get("CI") or SPARK_4.is_dir() else f"{SPARK_4} is missing; .ci/install_spark_4 makes it"
)
