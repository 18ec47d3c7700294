"""The optional libraries of DataFrames, imported when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from millrace.errors import SettingError

Load = Callable[[str], Any]  # imports a module by its name; raises ImportError


def library(load: Load, module: str, extra: str) -> Any:
    """The module. Raises SettingError, which names the extra to install, where it is missing."""
    try:
        return load(module)
    except ImportError:
        name = module.partition(".")[0]
        raise SettingError(f"{name} is not installed.", hint=f"pip install 'millrace[{extra}]'") from None
