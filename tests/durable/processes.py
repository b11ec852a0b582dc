"""Worker processes for tests that kill them.

    with Zygote(folder) as zygote:
        worker = zygote.start("tests.durable.workers:run", {"url": url})
        worker.wait_ready()  # until the function has called `ready`
        worker.kill()

Importing DBOS takes a second or more, so workers are forked, in milliseconds, from a process that
has done it. All of them are in one process group, which is killed in the end.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, TypeVar

TIMEOUT_S = 30.0
PAUSE_S = 0.002
ROOT = Path(__file__).parents[2]
#: Names, in a worker, the file that says that it is ready.
READY = "ASL_TEST_READY"

T = TypeVar("T")


def ready() -> None:
    """Called by a worker that `Worker.wait_ready` waits for."""
    Path(os.environ[READY]).touch()


def wait_until(condition: Callable[[], T], message: str, timeout: float = TIMEOUT_S) -> T:
    """Asks until the answer is true, and returns it; `TimeoutError` with the message after that."""
    end = time.monotonic() + timeout
    while not (answer := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"not within {timeout} s: {message}")
        time.sleep(PAUSE_S)
    return answer


class Worker:
    """A process that runs one function, and that may be treated badly."""

    def __init__(self, zygote: "Zygote", name: str, target: str, arguments: dict[str, Any]) -> None:
        self._zygote = zygote
        self._name = name
        self._output = zygote.folder / f"{name}.output"
        self._ready = zygote.folder / f"{name}.ready"
        self._code: int | None = None
        files = {"output": str(self._output), "ready": str(self._ready)}
        self.pid: int = zygote.ask({"target": target, "arguments": arguments, **files})

    def __repr__(self) -> str:
        return f"<Worker {self._name}, pid {self.pid}>"

    @property
    def output(self) -> str:
        """What it has written so far, to both of its outputs."""
        return self._output.read_text() if self._output.exists() else ""

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative for the signal that ended it."""
        if self._code is None:
            self._code = self._zygote.ask({"poll": self.pid})
        return self._code

    def wait_ready(self, timeout: float = TIMEOUT_S) -> None:
        """Returns when the worker has called `ready`."""
        self._wait(lambda: self._ready.exists() or self.exit_code is not None, timeout)
        assert self._ready.exists(), f"{self} ended with {self._code}:\n{self.output}"

    def wait(self, timeout: float = TIMEOUT_S) -> int:
        """Returns the exit code when the worker has ended."""
        self._wait(lambda: self.exit_code is not None, timeout)
        assert self._code is not None
        return self._code

    def kill(self) -> None:
        """Ends it at once, and returns when it is gone."""
        self._send(signal.SIGKILL)
        self.wait()

    def terminate(self) -> None:
        """Asks it to end, as a service manager does."""
        self._send(signal.SIGTERM)

    def freeze(self) -> None:
        """Lets it stand still, as on a machine that is suspended, until it is thawed or killed."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._send(signal.SIGCONT)

    def _send(self, what: signal.Signals) -> None:
        if self.exit_code is None:  # its number is its own until its end was asked for
            os.kill(self.pid, what)

    def _wait(self, condition: Callable[[], bool], timeout: float) -> None:
        try:
            wait_until(condition, str(self), timeout)
        except TimeoutError as error:
            error.add_note(self.output)
            raise


class Zygote:
    """Starts workers; what they write is kept in the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._workers: list[Worker] = []
        self._started = 0

    def __enter__(self) -> Self:
        with (self.folder / "zygote.output").open("w") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-u", "-m", "tests.durable.zygote"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        with self._process, suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def start(self, target: str, arguments: dict[str, Any] | None = None) -> Worker:
        """A worker that calls ``module:function`` with the keyword arguments, which are JSON."""
        self._started += 1
        worker = Worker(self, f"{self._started}-{target}", target, arguments or {})
        self._workers.append(worker)
        return worker

    def clear(self) -> list[Worker]:
        """Kills all workers, and returns them."""
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.kill()
        return workers

    def ask(self, request: dict[str, Any]) -> Any:
        """Its answer to a request."""
        channel, answers = self._process.stdin, self._process.stdout
        assert channel is not None
        assert answers is not None
        channel.write(json.dumps(request).encode() + b"\n")
        channel.flush()
        is_there, _, _ = select.select([answers], [], [], TIMEOUT_S)
        line = answers.readline() if is_there else b""
        assert line, f"no answer: {(self.folder / 'zygote.output').read_text()}"
        return json.loads(line)
