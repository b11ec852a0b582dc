"""What DBOS needs of the machine that it runs on."""

import sqlite3
import sys

import pytest

import asl
from asl.durable import Host


def test_an_sqlite_that_dbos_can_not_use_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    monkeypatch.setattr(sys, "version_info", (3, 12, 0))
    with pytest.raises(asl.DatabaseError, match=r"needs SQLite 3\.42\.0 or newer"):
        Host(f"sqlite:///{tmp_path}/old.db")
