"""Watching all executions of a process, whoever runs them: how coverage gets to know of them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asl.engine.execution import Execution

#: Called with each execution that is about to be driven: started, restored, forked, or a child.
Watcher: TypeAlias = "Callable[[Execution], None]"

_watchers: list[Watcher] = []


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """Let somebody see each execution before its first step, or the next one after a restore."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


def show(execution: Execution) -> None:
    """Let those who watch see an execution."""
    for watcher in _watchers:
        watcher(execution)
