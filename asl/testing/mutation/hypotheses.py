"""Property tests on mutants: one failing example is enough, so it is neither shrunk nor kept."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

_SETTINGS = "_hypothesis_internal_use_settings"


@contextmanager
def without_shrinking(item: pytest.Item) -> Iterator[None]:
    """Let a test of Hypothesis end with the first example that fails; others stay as they are."""
    function: Any = getattr(getattr(item, "obj", None), "__func__", getattr(item, "obj", None))
    settings = getattr(function, _SETTINGS, None)
    if settings is None or "hypothesis" not in sys.modules:
        yield
        return
    hypothesis = sys.modules["hypothesis"]
    needless = (hypothesis.Phase.shrink, hypothesis.Phase.explain)
    phases = [each for each in settings.phases if each not in needless]
    setattr(function, _SETTINGS, hypothesis.settings(settings, phases=phases, database=None))
    try:
        yield
    finally:
        setattr(function, _SETTINGS, settings)
