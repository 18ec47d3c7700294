"""Dashboards, with their alerts, from the files that define them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from millrace.dashboards.definitions.panel import Dashboard, picked_by
from millrace.errors import DefinitionError
from millrace.project.problems import Problem, problem_of
from millrace.project.python_files import load_python


@dataclass(frozen=True)
class DashboardFiles:
    """`files`: by name. `lib`: what they may import. `is_own`: whether a file is the project's, and not a shipped one.

    `has_tables`: whether a statement's tables are in the project. `note`: is given what is wrong, and gives it back.
    """

    files: Mapping[str, Path]
    lib: Path
    is_own: Callable[[Path], bool]
    has_tables: Callable[[str], bool]
    note: Callable[[Problem], Problem]

    def load(self) -> dict[str, Dashboard]:
        """In the order of the files; without broken ones, and without what is shipped about tables that are not here.

        A panel, a picker or an alert has a name of its own: the file that repeats one is broken.
        """
        loaded = {name: self._loaded(name, file) for name, file in self.files.items()}
        known: dict[str, Path] = {}  # as `the panel NAME`
        for name, file in sorted(self.files.items(), key=lambda one: self.is_own(one[1])):
            dashboard = loaded[name]
            if isinstance(dashboard, Problem):
                continue
            parts = _parts(dashboard)
            if repeated := [part for part in parts if part in known]:
                message = f"{repeated[0]} is in {known[repeated[0]]} too."
                loaded[name] = self.note(Problem(name, file, 1, message, "Give one of them another name."))
                continue
            known |= dict.fromkeys(parts, file)
        return {name: one for name, one in loaded.items() if not isinstance(one, Problem)}

    def _loaded(self, name: str, file: Path) -> Dashboard | Problem:
        try:
            found = getattr(load_python(file, self.lib), "DASHBOARD", None)
            if not isinstance(found, Dashboard):
                raise DefinitionError("it has no DASHBOARD.", hint="Define DASHBOARD = Dashboard(title, panels) in it.")
        except Exception as error:  # noqa: BLE001 - a file of a project is a program of its own: any error can come
            return self.note(problem_of(name, file, error))
        return found if self.is_own(file) else self._of_tables_here(found)

    def _of_tables_here(self, found: Dashboard) -> Dashboard:
        panels = tuple(one for one in found.panels if self.has_tables(one.statement.sql))
        alerts = tuple(one for one in found.alerts if self.has_tables(one.statement.sql))
        taken = {name for panel in panels for name in picked_by(panel)}
        pickers = tuple(one for one in found.pickers if one.name in taken)
        return replace(found, panels=panels, pickers=pickers, alerts=alerts)


def _parts(dashboard: Dashboard) -> list[str]:
    named = (("panel", dashboard.panels), ("picker", dashboard.pickers), ("alert", dashboard.alerts))
    return [f"the {kind} {one.name}" for kind, some in named for one in some]
