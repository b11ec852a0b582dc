"""What holds for the whole suite."""

import sys

import pytest
from hypothesis import HealthCheck, settings

# How fast a machine is, and what else it does, fails no law.
settings.register_profile(
    "suite",
    settings.default,
    deadline=None,
    suppress_health_check=[*settings.default.suppress_health_check, HealthCheck.too_slow],
)
settings.load_profile("suite")


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item):
    """Trace nothing in a test that is marked ``no_cover``.

    In a worker of pytest-xdist pytest-cov measures twice, and pauses the outer coverage alone.
    """
    if item.get_closest_marker("no_cover") is None:
        return (yield)
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)
