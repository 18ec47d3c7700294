"""What ships with Millrace, for tests: the project, its declared tables and its pipelines."""

from __future__ import annotations

from millrace.infra.project.project import Project
from millrace.project.folder import shipped_folder

PROJECT = Project(shipped_folder())
TABLES = PROJECT.tables
PIPELINES = PROJECT.pipelines
DASHBOARDS = PROJECT.dashboards
PANELS = tuple(panel for one in DASHBOARDS for panel in one.panels)
