"""Standard tests of a source, for pytest: a project declares them with one class (docs/testing.md).

They need pytest, which nothing else in Millrace imports.

    faults         what a feed can do wrong, and where each ends
    played_lake    a lake that a feed was played into: good polls, every fault, midnight, a late snapshot
    responses      recorded responses, and the same at other times
    source_tests   the tests
"""

import pytest

pytest.register_assert_rewrite(f"{__name__}.source_tests")

from millrace.testing.source_tests import SourceTests  # noqa: E402 - after its asserts are registered

__all__ = ["SourceTests"]
