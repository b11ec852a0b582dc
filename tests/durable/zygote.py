"""The process that workers are forked from: it has imported what they need, and does nothing else.

It answers lines of JSON on its standard input, one with one, and ends with that input. `processes`
is the other side.
"""

import gc
import importlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.durable.processes import READY

PRELOADED = (
    "asl.durable.host",
    "asl.durable.dispatch",
    "sqlalchemy.dialects.postgresql.psycopg",
)


def serve() -> Callable[[], object] | None:
    """Answers until the input ends; in a new worker, returns what that has to do."""
    for line in sys.stdin:
        request = json.loads(line)
        if "poll" in request:
            pid, status = os.waitpid(request["poll"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        elif not (answer := os.fork()):
            return partial(work, **request)
        print(json.dumps(answer), flush=True)
    return None


def work(target: str, arguments: dict[str, Any], output: str, ready: str) -> object:
    """Calls ``module:function``, in a process that shares nothing with the zygote but its group."""
    os.environ[READY] = ready
    nothing = os.open(os.devnull, os.O_RDONLY)
    written = os.open(output, os.O_WRONLY | os.O_CREAT, 0o600)
    for source, place in ((nothing, 0), (written, 1), (written, 2)):
        os.dup2(source, place)
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)(**arguments)


def main() -> None:
    for name in PRELOADED:
        importlib.import_module(name)
    assert threading.active_count() == 1, threading.enumerate()
    gc.collect()
    gc.freeze()  # pages that a collection does not touch stay shared
    if task := serve():
        task()
    else:
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
