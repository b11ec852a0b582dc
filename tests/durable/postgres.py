"""PostgreSQL servers for tests: made in a temporary folder, reached by a Unix socket in it.

A server outlives the process that starts it, so each has a **guard**: a process that waits until
no user holds the lock of the server any more, however the users ended, and then removes all.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

TIMEOUT_S = 60.0
#: How long the first user waits for the others to leave.
LEAVING_S = 600.0
#: Where Debian keeps what it does not put into the path.
DEBIAN_FOLDERS = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)

SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
max_connections = 300
"""
NOT_SAFE = """
fsync = off
full_page_writes = off
synchronous_commit = off
"""


class Unavailable(Exception):  # noqa: N818 - a reason to skip, not a fault
    """Why there can be no server here."""


class Cluster:
    """A server that has its data and its socket in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def create(self, *, safe: bool) -> None:
        """Makes the files of a server; unless ``safe``, a fall of the machine may spoil them."""
        if account := _account():
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale"]
        self._call("initdb", "--no-sync", *options)
        settings = SETTINGS.format(folder=self.folder) + ("" if safe else NOT_SAFE)
        with (self.folder / "data/postgresql.conf").open("a") as file:
            file.write(settings)

    def start(self) -> None:
        self._call("pg_ctl", "start", "--wait", f"--log={self.folder / 'log'}")

    def stop(self, mode: str = "fast") -> None:
        """Stops the server; in the mode ``immediate`` as if it were killed."""
        self._call("pg_ctl", "stop", "--wait", f"--mode={mode}")

    def _call(self, program: str, *arguments: str) -> None:
        done = _run(program, f"--pgdata={self.folder / 'data'}", *arguments, cwd=self.folder)
        if done.returncode:
            log = self.folder / "log"
            raise RuntimeError(done.stdout + (log.read_text() if log.exists() else ""))


def check() -> None:
    """Raises `Unavailable` where PostgreSQL, or a user that may run it, is missing."""
    try:
        _run("initdb", "--version")
    except PermissionError as error:
        raise Unavailable(f"root may not run PostgreSQL as another user: {error}") from error


def _run(program: str, *arguments: str, **options: Any) -> "subprocess.CompletedProcess[str]":
    account = _account()
    return subprocess.run(
        [_program(program), *arguments],
        user=account and account.pw_uid,
        group=account and account.pw_gid,
        extra_groups=account and [],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
        **options,
    )


def _program(name: str) -> str:
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *DEBIAN_FOLDERS])
    if found := shutil.which(name, path=path):
        return found
    raise Unavailable(f"no {name}: PostgreSQL's server is not installed")


def _account() -> pwd.struct_passwd | None:
    """Whose the server is, if not ours: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Unavailable("PostgreSQL does not run as root, and there is no user postgres or nobody")


@contextmanager
def cluster(meeting: Path, *, safe: bool = False) -> Iterator[Cluster]:
    """The one running server of all processes that name the same folder to meet in.

    The first starts it; it is gone when the last has left, or was killed.
    """
    address = meeting / "address"
    with ExitStack() as at_end:
        with _locked(meeting / "starting", fcntl.LOCK_EX):
            users = at_end.enter_context(_locked(meeting / "users", fcntl.LOCK_SH))
            if address.exists():
                server = Cluster(Path(address.read_text()))
            else:
                server = Cluster(Path(tempfile.mkdtemp(prefix="asl-postgres-")))
                guard = _guard(meeting, server.folder)
                at_end.callback(guard.wait, LEAVING_S)
                at_end.callback(users.close)  # called before the guard is waited for
                server.create(safe=safe)
                server.start()
                address.write_text(str(server.folder))
        yield server


def _locked(path: Path, kind: int) -> IO[str]:
    """A file that is locked until it is closed."""
    file = path.open("w")
    fcntl.flock(file, kind)
    return file


def _guard(meeting: Path, folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-S", __file__, meeting, folder],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the users
    )


def guard(meeting: Path, folder: Path) -> None:
    """Waits for the end of the last user, then removes the server."""
    with _locked(meeting / "users", fcntl.LOCK_EX):
        (meeting / "address").unlink(missing_ok=True)
        with suppress(RuntimeError):  # it does not run
            Cluster(folder).stop("immediate")
        shutil.rmtree(folder)


if __name__ == "__main__":
    guard(*map(Path, sys.argv[1:]))
