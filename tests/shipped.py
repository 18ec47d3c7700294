"""What ships with Millrace, for tests: the project, its declared tables and its pipelines."""

from __future__ import annotations

from millrace.infra.project.project import Project

PROJECT = Project.shipped()
TABLES = PROJECT.tables
PIPELINES = PROJECT.pipelines
DASHBOARDS = PROJECT.dashboards
PANELS = tuple(panel for one in DASHBOARDS for panel in one.panels)
