"""What is said on the logger ``asl.durable``, for whoever looks after workers.

The message of a record is a sentence for people. Beside it stand what programs look for: ``event``,
its name, and the values that the sentence was made of, each as an attribute of the record. What
executions work on (inputs, outputs, causes) is not among them.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from asl.durable.port import End, Park, Release, Suspend

if TYPE_CHECKING:
    from asl.durable.port import Commit, Rest, Row

log = logging.getLogger("asl.durable")

_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def tell(
    level: int,
    event: str,
    message: str,
    *,
    error: BaseException | None = None,
    **fields: Any,  # noqa: ANN401 - whatever a program may look for
) -> None:
    """Log an event.

    Args:
        level: Of the logging module.
        event: Its name, such as ``execution.ended``.
        message: With ``%(name)s`` for fields.
        error: Whose traceback is wanted as well.
        fields: What is known of it; None for what is not.
    """
    if log.isEnabledFor(level):
        known = {name: value for name, value in fields.items() if value is not None}
        log.log(
            level, message, fields, exc_info=error, extra={"event": event, **known}, stacklevel=2
        )


class JsonFormatter(logging.Formatter):
    """A JSON object on one line: ``time``, ``level``, ``logger``, ``message``, then all fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        document = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in _USUAL},
        }
        if record.exc_info:
            document["exception"] = self.formatException(record.exc_info)
        return json.dumps(document, default=str)


class Seldom(logging.Filter):
    """Lets the records of one line of code pass once a minute, however many it logs."""

    def __init__(self) -> None:
        super().__init__()
        self._passed: dict[tuple[str, int], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record passes."""
        place = record.pathname, record.lineno
        if record.created < self._passed.get(place, 0.0) + 60.0:
            return False
        self._passed[place] = record.created
        return True


class Outage:
    """Tells once that something does not work, and once that it does again, however often it fails.

    Args:
        worker: Whose; its id.
    """

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self._since: dict[str, float] = {}
        self._lock = threading.Lock()

    def begin(self, doing: str, error: Exception, *, is_foreseen: bool = True) -> None:
        """What a worker was doing has failed; it will try again.

        Args:
            doing: Such as ``commits``: each is told of by itself.
            error: Why.
            is_foreseen: Nobody needs its traceback.
        """
        with self._lock:
            if doing in self._since:
                return
            self._since[doing] = time.monotonic()
        tell(
            logging.WARNING if is_foreseen else logging.ERROR,
            "worker.troubled",
            "worker %(worker)s: %(doing)s failed, and is tried again: %(reason)s",
            error=None if is_foreseen else error,
            worker=self.worker,
            doing=doing,
            reason=str(error).strip(),
        )

    def end(self, doing: str) -> None:
        """It has succeeded."""
        if doing not in self._since:
            return
        with self._lock:
            since = self._since.pop(doing, None)
        if since is not None:
            tell(
                logging.WARNING,
                "worker.recovered",
                "worker %(worker)s: %(doing)s goes on, after %(seconds).1f s",
                worker=self.worker,
                doing=doing,
                seconds=time.monotonic() - since,
            )


def about_execution(row: Row) -> dict[str, Any]:
    """The fields that say whose event it is."""
    return {
        "execution": row.id, "machine": row.machine_name, "queue": row.queue,
        "segment": row.segment, "worker": row.owner,
    }  # fmt: skip


def tell_committed(row: Row, commit: Commit, rest: Rest | None) -> None:
    """Log what a commit has made of an execution.

    Args:
        row: The execution, as its worker claimed it.
        commit: What is durable now.
        rest: Where it rests after it; None if it is driven on.
    """
    has_started = commit.seq == 0 and commit.entries
    if rest is None and not has_started:
        return
    about = about_execution(row)
    if has_started:
        tell(logging.INFO, "execution.started", "%(execution)s has started", **about)
    match rest:
        case End(status, _, error, _):
            message = "%(execution)s has ended: %(status)s" + (" (%(error_name)s)" if error else "")
            tell(logging.INFO, "execution.ended", message, status=status, error_name=error, **about)
        case Park(until):
            tell(logging.DEBUG, "execution.parked", "%(execution)s is parked", until=until, **about)
        case Release(_, None):
            tell(logging.INFO, "execution.released", "%(execution)s is left to others", **about)
        case Release(_, problem):
            message = "%(execution)s is given back: %(reason)s"
            tell(logging.WARNING, "execution.given_back", message, reason=problem, **about)
        case Suspend(reason):
            message = "%(execution)s is suspended: %(reason)s"
            tell(logging.ERROR, "execution.suspended", message, reason=reason, **about)
