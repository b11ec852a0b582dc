"""How a test holds cases against what was recorded: those that differ stand by name in one list."""

import pytest

from tests.conformance.corpus import cut


def need(*folders):
    """Skip the module that asks if its recordings are not here."""
    missing = [folder for folder in folders if not folder.is_dir()]
    if missing:
        where = f"{missing[0].name} belongs in shared/ beside the repository"
        pytest.skip(f"the recordings are not here: {where}", allow_module_level=True)


def expect_agreement(name, differences, known):
    """A case has no differences, or stands in the list of known failures and has some.

    Args:
        name: The case.
        differences: Lines that say what differs.
        known: The reasons of known failures, by name.
    """
    if name not in known:
        assert not differences, "\n".join(differences)
    elif differences:
        pytest.xfail(f"{known[name]}: {cut(differences)}")
    else:
        pytest.fail("agrees now: must leave known_failures.toml")
