"""Tests of the saga: what happens when the gateway is busy, and when nobody ships.
Change first: let the gateway be busy five times, and see what a failing test tells."""

import pytest

import asl
from asl.testing import Calls, assert_never_visited, assert_path, assert_retries, trace

NAMES = ("ReserveStock", "ChargeCard", "CreateShipment", "RefundCharge", "ReleaseStock")
SUBSTITUTIONS = {f"{name}FunctionArn": name for name in NAMES}
ORDER = {"orderId": "o-1", "items": [], "total": 63.5, "address": {"city": "Oslo"}}
TASKS = {
    "ReserveStock": lambda _: {"Payload": {"reservationId": "res-7"}},
    "ChargeCard": lambda _: {"Payload": {"chargeId": "ch-9"}},
    "CreateShipment": lambda _: {"Payload": {"trackingCode": "T-1"}},
    "Re*": lambda _: {},
}


@pytest.fixture
def machine(asl_machine):
    return asl_machine("order_fulfilment.asl.json", substitutions=SUBSTITUTIONS)


@pytest.mark.parametrize("busy", range(5))
def test_a_busy_gateway_is_asked_again(asl_run, machine, busy):
    answers = [asl.fails("PaymentGatewayBusy")] * busy + [TASKS["ChargeCard"]]
    result = asl_run(machine, ORDER, tasks={**TASKS, "ChargeCard": asl.script(*answers)})
    assert_retries(result, "ChargeCard", [2, 4, 8, 16][:busy])
    assert_never_visited(result, "RefundCharge")


def test_money_goes_back_before_the_stock_does(asl_run, machine):
    calls = Calls({**TASKS, "CreateShipment": asl.script(asl.fails("NoCarrier"))})
    result = asl_run(machine, ORDER, tasks=calls)
    assert_path(result, ..., "RefundCharge", "ReleaseStock", "OrderCancelled")
    assert trace(result)["CreateShipment"].only.error == "NoCarrier"
    assert calls.to("Re*").first.payload["Payload"] == {"chargeId": "ch-9", "amount": 63.5}
