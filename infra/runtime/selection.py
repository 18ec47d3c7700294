"""The choice of the runtime: a lake in a folder, or one on AWS. Only the chosen one is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from millrace.errors import UsageError

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime
    from millrace.infra.runtime.local import LocalRuntime
    from millrace.settings import Settings


def runtime_class(settings: Settings) -> type[Runtime]:
    """The class of runtime that MILLRACE_RUNTIME names."""
    if settings.runtime == "aws":
        from millrace.infra.runtime.aws import AwsRuntime

        return AwsRuntime
    from millrace.infra.runtime.local import LocalRuntime

    return LocalRuntime


def require_local(runtime: Runtime, feature: str) -> LocalRuntime:
    """The same runtime, for a caller that reads the lake's files itself. Raises UsageError for a lake on AWS."""
    from millrace.infra.runtime.local import LocalRuntime

    if not isinstance(runtime, LocalRuntime):
        raise UsageError(
            f"{feature} needs a lake in a folder.",
            hint="Leave out --stage, and unset MILLRACE_RUNTIME.",
        )
    return runtime
