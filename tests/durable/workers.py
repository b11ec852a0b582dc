"""Functions that the tests of the rig run in worker processes."""

import os
import sys
import time
from itertools import count
from pathlib import Path

from asl.cli import main
from tests.durable import postgres
from tests.durable.processes import ready


def sleep():
    ready()
    time.sleep(600)


def tick(path):
    """Counts in a file."""
    for number in count():
        Path(path).write_text(str(number))
        if number == 1:
            ready()
        time.sleep(0.001)


def fail():
    print("said", "before")
    raise ValueError("broken")


def use_cluster(meeting, seen):
    with postgres.cluster(Path(meeting)) as cluster:
        Path(seen).write_text(str(cluster.folder))
        ready()
        time.sleep(600)


def command(folder, arguments):
    """`asl worker`, run in a folder."""
    os.chdir(folder)
    sys.exit(main(["worker", *arguments]))
