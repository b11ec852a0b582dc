"""What the whole suite shares."""

import sys

import pytest


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
