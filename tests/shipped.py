"""What ships with Millrace, for tests: the project, its declared tables and its pipelines."""

from __future__ import annotations

from millrace.infra.project.project import Project

PROJECT = Project.shipped()
TABLES = PROJECT.tables
PIPELINES = PROJECT.pipelines
PANELS = tuple(panel for one in PROJECT.dashboards for panel in one.panels)
