"""What goes into each zip: the modules that its entry points need, the project's files, and distributions."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import millrace
from millrace.errors import DefinitionError
from millrace.infra.entrypoints.bundle import NAME as BUNDLED
from millrace.infra.packaging.distributions import Fetch, PackageTarget, distributions_of
from millrace.infra.packaging.imports import ImportTrace, module_file, traced
from millrace.infra.project.project import Project
from millrace.project.folder import FILE, ProjectFolder, shipped_folder

_PACKAGE = Path(millrace.__file__).parent
_DATA = (".lark", ".properties")  # beside the modules that read them


@dataclass(frozen=True)
class ZipContent:
    """A zip's own part. `entries`: the modules that AWS calls; `left_out`: what they import only in functions that they
    never call; `roles`: the folders of the project that they read; `provided`: modules that are there already where
    they run.
    """

    name: str
    entries: tuple[str, ...]
    left_out: tuple[str, ...]
    roles: tuple[str, ...]
    provided: frozenset[str] = frozenset({"boto3", "botocore"})


POLL = ZipContent(
    "poll",
    ("millrace.infra.entrypoints.poll",),
    left_out=(
        "millrace.api",
        "millrace.athena_sql",
        "millrace.dashboards",
        "millrace.glue_workflow",
        "millrace.infra.project.composed_workflows",
        "millrace.infra.project.dashboard_files",
        "millrace.infra.project.workflows",
        "millrace.infra.runtime.local",
        "millrace.infra.runtime.routing",
        "millrace.ingestors.polling.kept_snapshots",
        "millrace.ingestors.polling.redrive",
        "millrace.ingestors.simulator",
        "millrace.pending.dynamo",
    ),
    roles=("sources", "lib"),
)


JOB = ZipContent(
    "job",
    (
        "millrace.infra.entrypoints.job",
        "millrace.infra.entrypoints.routed_job",
        "millrace.infra.entrypoints.router",
        "millrace.service.tend",
    ),
    left_out=(
        "millrace.api",
        "millrace.athena_sql.endpoint",
        "millrace.athena_sql.engines.duckdb",
        "millrace.athena_sql.engines.spark",
        "millrace.dashboards",
        "millrace.infra.project.dashboard_files",
        "millrace.infra.runtime.local",
        "millrace.ingestors.polling.kept_snapshots",
        "millrace.ingestors.polling.redrive",
        "millrace.ingestors.simulator",
    ),
    roles=("sources", "lib", "sql", "rules", "workflows", "jobs", "queries", "datasets"),
)


GLUE = ZipContent(
    "wheels",
    ("millrace.infra.entrypoints.glue_job",),
    left_out=(
        *(one for one in JOB.left_out if not one.startswith("millrace.athena_sql.engines.")),
        "millrace.firehose.firehose_stream",
        "millrace.glue_workflow.ledger",
        "millrace.ingestors.health.dynamo",
        "millrace.ingestors.polling.failed_bodies",
        "millrace.ingestors.polling.handler",
    ),
    roles=JOB.roles,
    provided=JOB.provided | {"py4j", "pyspark"},
)


def files_of(content: ZipContent, project: Project, target: PackageTarget, fetch: Fetch) -> dict[str, bytes]:
    """The files of a zip, by path. Raises DefinitionError for a project that cannot be packaged, and as `fetch`."""
    trace = trace_of(content, project)
    files = own_files(content, project, trace)
    for wheel in fetch(distributions_of(trace.others), target):
        files |= _unpacked(wheel)
    return files


def own_files(content: ZipContent, project: Project, trace: ImportTrace) -> dict[str, bytes]:
    """Millrace's and the project's, by path."""
    files = _millrace_files(trace) | _shipped_files(content.roles)
    return files if project.folder.is_shipped else files | _project_files(project.folder, content.roles)


def trace_of(content: ZipContent, project: Project) -> ImportTrace:
    """What the entry points, and the project's sources, definitions and libraries, import.

    Not what its scripts (`jobs/`) import: no Lambda function can run one, and on Glue they bring their own wheels.
    """
    modules, own = list(content.entries), list[Path]()
    definitions = project.workflow_files.values() if "workflows" in content.roles else ()
    for file in (*project.source_files.values(), *(one for one in definitions if one.suffix == ".py")):
        if file.is_relative_to(_PACKAGE):
            modules.append(_module_of(file))
        else:
            own.append(file)
    lib = project.folder.folder("lib")
    own += sorted(lib.rglob("*.py"))
    trace = traced(modules, own, content.left_out)
    beside = {path.stem for path in lib.iterdir()} if lib.is_dir() else set()
    return ImportTrace(trace.modules, trace.others - beside - content.provided)


def _module_of(file: Path) -> str:
    return ".".join(("millrace", *file.relative_to(_PACKAGE).with_suffix("").parts))


def _millrace_files(trace: ImportTrace) -> dict[str, bytes]:
    files = {f"millrace/{FILE}": (_PACKAGE / FILE).read_bytes()}
    for module in trace.modules:
        file = module_file(module)
        assert file is not None, module
        place = "/".join((*module.split("."), "__init__.py")) if file.name == "__init__.py" else _path_of(module)
        files[place] = file.read_bytes()
        if file.name == "__init__.py":
            beside = (one for one in file.parent.iterdir() if one.suffix in _DATA)
            files |= {f"{place.rpartition('/')[0]}/{one.name}": one.read_bytes() for one in beside}
    return files


def _path_of(module: str) -> str:
    return f"{module.replace('.', '/')}.py"


def _shipped_files(roles: Iterable[str]) -> dict[str, bytes]:
    """The files of the shipped pipelines that are no modules, such as statements and rules."""
    shipped = shipped_folder()
    paths = [path for role in roles for path in _below(shipped.folder(role)) if path.suffix != ".py"]
    return {f"millrace/{path.relative_to(_PACKAGE).as_posix()}": path.read_bytes() for path in paths}


def _project_files(folder: ProjectFolder, roles: Iterable[str]) -> dict[str, bytes]:
    files = {f"{BUNDLED}/{FILE}": folder.file.read_bytes()}
    for role in roles:
        for path in _below(folder.folder(role)):
            if not path.resolve().is_relative_to(folder.root.resolve()):
                raise DefinitionError(
                    f"{path} lies outside of the project's folder.", hint="Move it below the folder to package it."
                )
            files[f"{BUNDLED}/{path.relative_to(folder.root).as_posix()}"] = path.read_bytes()
    return files


def _below(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)


def _unpacked(wheel: Path) -> Mapping[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
