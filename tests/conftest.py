"""Settings for all tests."""

from __future__ import annotations

import signal

from hypothesis import HealthCheck, settings

from tests.one_spark import pytest_xdist_make_scheduler  # noqa: F401 - pytest finds it here

# Machines are shared: how long an example takes says nothing about the code.
settings.register_profile("millrace", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("millrace")

# A shell starts what it puts in the background with Ctrl-C ignored, and that is inherited: by the processes that tests
# start and stop with it too.
signal.signal(signal.SIGINT, signal.default_int_handler)
