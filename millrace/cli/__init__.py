"""The command line. It holds no logic: it reads arguments, calls one thing, and shows what came back."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `millrace`; every error of our own becomes one line on standard error and an exit status."""
    from millrace.cli.app import app
    from millrace.errors import MillraceError

    try:
        app()
    except MillraceError as error:
        print(f"millrace: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
    except BrokenPipeError:  # `millrace ... | head` is no error
        sys.stderr.close()
        sys.exit(0)
