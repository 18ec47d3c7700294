"""Compiled modules in a zip: without them Lambda, whose code folder is read-only, compiles at each cold start.

A compiled file belongs to one version of Python, and is made by an interpreter of that version, if there is one here.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

# Compiled files name their sources relative to the folder, and are valid whatever the time of their source is.
_COMPILE = """
import compileall, py_compile, sys
compileall.compile_dir(sys.argv[1], quiet=2, force=True, stripdir=sys.argv[1], workers=1,
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
"""
_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


def interpreter_of(python: str) -> str | None:
    """The program of this version of Python, such as `3.13`; None: there is none here."""
    if python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{python}")
    if found is None:
        return None
    said = subprocess.run([found, "-c", _VERSION], capture_output=True, text=True, check=False, timeout=60)
    return found if said.stdout.strip() == python else None


def compiled(files: Mapping[str, bytes], interpreter: str) -> dict[str, bytes]:
    """The compiled files of the modules among these files, by path; modules that this Python cannot read have none."""
    with TemporaryDirectory(prefix="millrace-package-") as name:
        folder = Path(name)
        for path, content in files.items():
            if path.endswith(".py"):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(content)
        command = [interpreter, "-s", "-c", _COMPILE, str(folder)]
        subprocess.run(command, check=False, capture_output=True, timeout=600, env={"PYTHONHASHSEED": "0"})
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.pyc"))}
