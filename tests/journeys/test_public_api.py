"""The public surface changes only on purpose: the exported names are kept in a list beside this."""

import ast
import inspect
from pathlib import Path
from types import ModuleType

import pytest

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
    assert shown <= {*asl.__all__, "TYPE_CHECKING"}


def test_type_checkers_find_a_name_where_it_is_imported_from():
    imports = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(asl)))
        if isinstance(node, ast.ImportFrom)
    ]
    seen = {name.name: node.module for node in imports for name in node.names}
    assert seen == {name: asl._HOMES.get(name, "asl.errors") for name in asl.__all__}


def test_all_names_are_shown_before_any_is_used():
    assert set(asl.__all__) <= set(dir(asl))


def test_another_name_is_refused():
    with pytest.raises(AttributeError, match="module 'asl' has no attribute 'laod'") as refused:
        asl.laod  # noqa: B018 - the access is the test
    assert (refused.value.name, refused.value.obj) == ("laod", asl)
