"""Python files of a project, loaded by their path under a private module name."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import millrace
from millrace.errors import DefinitionError
from millrace.project.problems import line_in

_PACKAGE = Path(millrace.__file__).parent


def load_python(file: Path, lib: Path | None = None) -> ModuleType:
    """The module of a file; loaded once, also when it is asked for again.

    A file of Millrace's own is the module of that name in the package. `lib`: a folder whose modules it may import.
    Raises whatever the file raises, and DefinitionError for SystemExit, which would end the command without a word.
    """
    if file.is_relative_to(_PACKAGE):
        parts = file.relative_to(_PACKAGE).with_suffix("").parts
        return importlib.import_module(".".join(("millrace", *parts)))
    if lib is not None and lib.is_dir() and str(lib) not in sys.path:
        sys.path.append(str(lib))
    digest = hashlib.sha256(str(file).encode() + str(file.stat().st_mtime_ns).encode()).hexdigest()[:16]
    name = f"millrace_project_{file.stem}_{digest}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, file)
        if spec is None or spec.loader is None:
            raise ImportError(f"cannot load {file}")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # before it runs: dataclasses and msgspec look up their module there
        try:
            spec.loader.exec_module(module)
        except BaseException as error:
            del sys.modules[name]
            if isinstance(error, SystemExit):
                hint = "Take that out: the file is loaded as a part of Millrace."
                line = line_in(file, error)
                raise DefinitionError(f"it ends Python: SystemExit({error.code!r}).", hint=hint, line=line) from error
            raise
    return sys.modules[name]
