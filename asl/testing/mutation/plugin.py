"""The options of pytest for mutation testing: ``--asl-mutate`` and those that begin like it."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from asl.errors import AslError

_OPTIONS = {"asl_mutate_least": "--asl-mutate-fail-under", "asl_mutate_json": "--asl-mutate-json"}
_HELD = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("asl-mutate", "mutation testing of state machines")
    group.addoption(
        "--asl-mutate",
        action="append",
        metavar="DEFINITION",
        help="when the tests have passed, change this definition in many small ways and run those "
        "that use it again, to find out which changes none of them notices. May be repeated.",
    )
    group.addoption(
        "--asl-mutate-fail-under",
        dest="asl_mutate_least",
        type=_percent,
        metavar="MIN",
        help="fail if less than MIN percent of the mutants of a definition are killed",
    )
    group.addoption(
        "--asl-mutate-json", metavar="FILE", help="write all mutants and their fates to FILE"
    )


def _percent(text: str) -> float:
    try:
        percent = float(text)
    except ValueError:
        percent = -1
    if not 0 <= percent <= 100:
        raise argparse.ArgumentTypeError(f"a number from 0 to 100 is needed, not {text!r}")
    return percent


def pytest_configure(config: pytest.Config) -> None:
    """Begin to look at the machines that tests make, if that is asked for."""
    paths: list[str] | None = config.getoption("asl_mutate")
    if paths is None:
        for name, option in _OPTIONS.items():
            if config.getoption(name) is not None:
                raise pytest.UsageError(f"{option} needs --asl-mutate")
        return
    for name, option in (("usepdb", "--pdb"), ("asl_cov", "--asl-cov"), ("numprocesses", "-n")):
        if config.getoption(name, None):
            raise pytest.UsageError(f"--asl-mutate and {option} don't go together")
    from asl.testing.mutation.session import Mutating  # noqa: PLC0415 - only who asks pays for it

    root = config.invocation_params.dir
    try:
        mutating = Mutating([root / path for path in paths], config)
    except AslError as error:
        raise pytest.UsageError(f"--asl-mutate: {error}") from error
    config.stash[_HELD] = mutating
    config.pluginmanager.register(mutating, "asl-mutating")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Look at no more machines."""
    mutating = config.stash.get(_HELD, None)
    if mutating is not None:
        mutating.close()
