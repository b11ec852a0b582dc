"""The public surface changes only on purpose: the exported names are kept in a list beside this."""

from pathlib import Path
from types import ModuleType

import asl

LIST = Path(__file__).resolve().parents[1] / "public_api.txt"


def test_exported_names_are_the_ones_on_the_list():
    listed = LIST.read_text(encoding="utf-8").split()
    assert sorted(asl.__all__) == listed, "a public name came or went: edit tests/public_api.txt"


def test_every_exported_name_is_there():
    assert [name for name in asl.__all__ if not hasattr(asl, name)] == []


def test_no_public_name_is_there_that_is_not_exported():
    shown = {
        name
        for name, value in vars(asl).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert shown <= set(asl.__all__)
