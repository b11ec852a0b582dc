"""Hundreds of executions that wait: they are rows and nothing else, and all of them wake."""

import pytest

import asl
from tests.definitions import scope, task, wait

pytest.importorskip("sqlalchemy")

from asl.durable import Host

COUNT = 200
WAIT_S = 90 * 86_400
MACHINE = asl.load(scope(Wait=wait(WAIT_S), Work=task()), name="long")


def test_hundreds_of_parked_executions_survive_a_restart_and_wake(sqlite):
    called = []
    with sqlite.new() as url:

        def host(clock):
            return Host(url, machines=[MACHINE], tasks={"work": called.append}, clock=clock)

        clock = asl.VirtualClock()
        with host(clock) as first:
            orders = [(f"order-{number}", {"number": number}) for number in range(COUNT)]
            names = first.start_many("long", orders)
            first.advance(WAIT_S / 2)
            assert first.describe(names[0]).is_parked
        with host(clock) as second:
            second.advance(WAIT_S / 2 - 1)
            assert called == []
            second.advance(1)
            assert sorted(order["number"] for order in called) == list(range(COUNT))
            assert {second.describe(name).status for name in names[::100]} == {"SUCCEEDED"}
