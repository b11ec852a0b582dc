"""Which executions a worker drives beside each other that may be what killed other workers."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.durable.port import Patience


class Suspects:
    """The suspects that a worker drives: see `Patience`.

    Args:
        patience: How much room each of them takes.
        is_cleared: Whether one that is driven is a suspect no more.
    """

    def __init__(self, patience: Patience, is_cleared: Callable[[str], bool]) -> None:
        self._patience = patience
        self._is_cleared = is_cleared
        self._shares: dict[str, float] = {}
        self._lock = threading.Lock()

    def admit(self, execution_id: str, takeovers: int) -> bool:
        """Let a suspect in if there is room beside the others; whether there was."""
        share = self._patience.share(takeovers)
        with self._lock:
            taken = sum(
                each
                for other, each in self._shares.items()
                if other != execution_id and not self._is_cleared(other)
            )
            if taken + share > 1:
                return False
            self._shares[execution_id] = share
            return True

    def leave(self, execution_id: str) -> None:
        """An execution is no more driven here, or never was."""
        with self._lock:
            self._shares.pop(execution_id, None)
