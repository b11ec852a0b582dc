"""Drives asl through the workloads, in the form of the peers' drivers: one JSON document.

BENCH_PEERS names the folder of those drivers; ``common.py`` there loads the workloads, measures,
and checks every output. A timed run is what a user does: a machine loaded once, an input taken
over, handlers called, the full history kept.
"""

import itertools
import os
import sys
from importlib.metadata import version

sys.path.insert(0, os.environ["BENCH_PEERS"])

import common

import asl

LIMITS = asl.Limits(history_events=None)  # loops of 10,000 turns are beyond AWS's 25,000 events


def prepare(_name, definition, value):
    machine = asl.load(definition)
    calls = itertools.count(1)

    def flaky(payload):
        if next(calls) % 9:
            raise RuntimeError("flaky")
        return payload

    tasks = {"echo": lambda payload: payload, "flaky": flaky}
    payload = asl.Payload(value)  # taken over once, as the machine is
    return lambda: machine.run(payload, tasks=tasks, limits=LIMITS, check=True).output


if __name__ == "__main__":
    common.main("asl", version("asl-interpreter"), prepare)
