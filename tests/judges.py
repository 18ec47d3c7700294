"""Where programs that judge, and that the project does not need itself, are installed (`.ci/install_*`)."""

from __future__ import annotations

import os
from pathlib import Path

JUDGES = Path(os.environ.get("MILLRACE_JUDGES") or Path.home() / ".cache" / "millrace-judges")
