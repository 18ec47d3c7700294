"""The project that is packaged beside Millrace: the folder `millrace_project`, where a project is not what ships."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import millrace
from millrace.environment import load
from millrace.project.folder import FILE
from millrace.settings import Settings

NAME = "millrace_project"


def packaged_settings(given: Mapping[str, str] | None = None) -> Settings:
    """The settings of the environment and those `given`, by variable, with the packaged project if there is one.

    Raises SettingError.
    """
    folder = Path(millrace.__file__).parents[1] / NAME
    return load(project=folder if (folder / FILE).is_file() else None, given=given)
