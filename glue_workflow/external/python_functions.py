"""Functions on this machine: `def handler(event, context)` in the Python file of the project's jobs that has the name.

A file of this form is what AWS Lambda calls, too, so a project can keep the code of its functions there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from millrace.errors import FunctionFailed, UnknownName
from millrace.project.problems import problem_of
from millrace.project.python_files import load_python

HANDLER = "handler"


@dataclass(frozen=True)
class PythonFunctions:
    """`files`: those of the project's jobs, by name. `lib`: the folder of modules that they may import."""

    files: Mapping[str, Path]
    lib: Path

    def call(self, name: str, payload: Mapping[str, Any]) -> Any:
        file = self.files.get(file_name(name))
        if file is None:
            raise UnknownName("function", name, self.files)
        try:
            handler = getattr(load_python(file, self.lib), HANDLER, None)
            if handler is None:
                raise FunctionFailed(f"{file} has no {HANDLER}.", hint=f"Write def {HANDLER}(event, context) in it.")
            return json.loads(json.dumps(handler(json.loads(json.dumps(payload)), None)))
        except FunctionFailed:
            raise
        except Exception as error:
            problem = problem_of(name, file, error)
            raise FunctionFailed(f"the function {name} failed: {problem.place}: {problem.message}", hint="") from error


def file_name(function: str) -> str:
    """The name of the Python file that stands for a function; its name may have hyphens."""
    return function.replace("-", "_")
