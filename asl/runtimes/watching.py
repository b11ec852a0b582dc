"""Watching all executions of a process, whoever runs them: how coverage gets to know of them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asl.engine.execution import Execution

Watcher: TypeAlias = "Callable[[Execution], None]"

_watchers: list[Watcher] = []
#: Those that want to be told whenever an execution has moved on.
followers: list[Watcher] = []


@contextmanager
def watched_by(watcher: Watcher, follower: Watcher | None = None) -> Iterator[None]:
    """Let somebody see all executions.

    Args:
        watcher: Called with each execution that is about to be driven (started, restored, forked,
            redriven, or a child), before its first step, or the next one.
        follower: Called with an execution each time it has moved on, whether or not that raised.

    Of several, the watcher that came first is called last, so that it can go around what others
    have set; its follower is called first.
    """
    _watchers.insert(0, watcher)
    if follower is not None:
        followers.append(follower)
    try:
        yield
    finally:
        _watchers.remove(watcher)
        if follower is not None:
            followers.remove(follower)


def show(execution: Execution) -> None:
    """Let those who watch see an execution."""
    for watcher in _watchers:
        watcher(execution)


def moved(execution: Execution) -> None:
    """Tell those who follow that an execution has moved on."""
    for follower in followers:
        follower(execution)
