"""The packaged functions, for this machine's Python: built once, unpacked, and started by Lambda's runtime client."""

from __future__ import annotations

import copy
import io
import os
import platform
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from millrace.errors import DefinitionError, UsageError
from millrace.infra.packaging.artefacts import BuiltArtefact
from millrace.infra.packaging.distributions import Fetch, PackageTarget, PipWheels
from millrace.infra.project.project import Project
from tests.doubles.lambda_runtime import LambdaProcess, linked_packages
from tests.shipped import PROJECT

WHEELS = PipWheels(Path(sys.prefix) / "wheels")
HERE = PackageTarget(
    f"{sys.version_info.major}.{sys.version_info.minor}", {"aarch64": "arm64"}.get(platform.machine(), "x86_64")
)


def built(
    make: Callable[[Project, PackageTarget, Fetch], BuiltArtefact],
    target: PackageTarget = HERE,
    project: Project = PROJECT,
) -> BuiltArtefact:
    """The artefact; the test is skipped where the wheels cannot be had."""
    try:
        return make(project, target, WHEELS)
    except DefinitionError:
        raise
    except UsageError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the wheels of what is packaged cannot be had: {error}")


class PackagedFunction:
    """An unpacked zip in a folder with nothing else, and the packages of Lambda's runtime."""

    def __init__(self, zip_file: BuiltArtefact, handler: str, folder: Path) -> None:
        self.task, self.runtime, self.handler = folder / "task", linked_packages(folder / "runtime"), handler
        self._folder, self._started = folder, 0
        with zipfile.ZipFile(io.BytesIO(zip_file.content)) as archive:
            archive.extractall(self.task)

    def with_handler(self, handler: str) -> PackagedFunction:
        """Another function of the same zip."""
        made = copy.copy(self)
        made.handler, made._folder = handler, self._folder / handler.rpartition(".")[0].rpartition(".")[2]
        made._folder.mkdir(exist_ok=True)
        return made

    def started(self, environ: dict[str, str]) -> LambdaProcess:
        """A new container."""
        self._started += 1
        return LambdaProcess(
            self.task, self.runtime, self.handler, environ, self._folder / f"container-{self._started}.log"
        )

    def cold_import(self, module: str, most: float) -> float:
        """The seconds that a handler's module takes in a new process, which has no time zones but the zip's.

        The processor's time, which other work on the machine lengthens a little: the best of some tries counts. No
        client of AWS, and nothing that only some invocations need, may be imported by then.
        """
        code = (
            "import importlib, sys, time; sys.path[:0] = sys.argv[2:]; began = time.process_time();"
            "importlib.import_module(sys.argv[1]); print(time.process_time() - began);"
            "print(*{'boto3', 'botocore', 'asyncio', 'duckdb', 'rich'} & set(sys.modules))"
        )
        taken = []
        for _ in range(10):
            command = [sys.executable, "-S", "-s", "-B", "-c", code, module, str(self.task)]
            environ = {"PYTHONTZPATH": ""}
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=environ, timeout=60)
            seconds, imported = done.stdout.split("\n")[:2]
            assert imported == ""
            taken.append(float(seconds))
            if min(taken) < most:
                break
        return min(taken)
