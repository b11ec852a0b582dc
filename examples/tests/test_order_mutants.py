"""More tests of the saga: those that its mutants asked for (docs/mutation.md).
Change first: add what is missing in THROTTLED; --asl-mutate tells what it is."""

import json
import runpy
from datetime import timedelta
from pathlib import Path

import pytest

import asl

EXAMPLE = Path(__file__).parents[1] / "order_fulfilment"
SCRIPT = runpy.run_path(str(EXAMPLE.with_suffix(".py")))
MACHINE = asl.load(EXAMPLE.with_suffix(".asl.json"), substitutions=SCRIPT["SUBSTITUTIONS"])
ORDER = json.loads(EXAMPLE.with_suffix(".input.json").read_text())
STEPS = ("ReserveStock", "ChargeCard", "CreateShipment")
REPLIES = {
    "reserve-stock": {"reservationId": "r-1"},
    "charge-card": {"chargeId": "c-1"},
    "create-shipment": {"trackingCode": "t-1"},
    "refund-charge": None,
    "release-stock": None,
}
THROTTLED = ("ServiceException", "AWSLambdaException", "SdkClientException")
DOWN = asl.fails("Broken", "down")


def run(first=(), calls=None):
    """Run the order; some functions give other replies first, calls takes what they are given."""
    first = dict(first)

    def answer(name):
        def handler(payload, context):
            (calls if calls is not None else {})[name] = payload
            replies = [*first.get(name, ()), *[REPLIES[name]] * context.call]
            return replies[context.call - 1]

        return handler

    return MACHINE.run(ORDER, tasks={name: answer(name) for name in REPLIES})


def test_an_order_is_fulfilled():
    result = run()
    assert result.path == [*STEPS, "OrderFulfilled"]
    assert result.output["shipment"] == {"trackingCode": "t-1"}


@pytest.mark.parametrize("place", range(3))
def test_what_was_done_is_undone(place):
    result = run({list(REPLIES)[place]: [DOWN]})
    undoing = ["RefundCharge", "ReleaseStock"][2 - place :]
    assert result.path == [*STEPS[: place + 1], *undoing, "OrderCancelled"]
    assert result.error == "Broken"
    assert result.cause == f"Order {ORDER['orderId']} was cancelled: down"


def test_services_are_told_what_they_need():
    calls = {}
    run({"create-shipment": [DOWN]}, calls)
    order, total = ORDER["orderId"], ORDER["total"]
    assert calls == {
        "reserve-stock": {"orderId": order, "items": ORDER["items"]},
        "charge-card": {"orderId": order, "amount": total, "idempotencyKey": f"{order}-charge"},
        "create-shipment": {"orderId": order, "address": ORDER["address"], "reservationId": "r-1"},
        "refund-charge": {"chargeId": "c-1", "amount": total},
        "release-stock": {"reservationId": "r-1"},
    }


@pytest.mark.parametrize(
    ("name", "error", "times", "seconds"),
    [
        *(("reserve-stock", f"Lambda.{each}", 3, 1 + 2 + 4) for each in THROTTLED),
        ("charge-card", "PaymentGatewayBusy", 4, 2 + 4 + 8 + 16),
        ("refund-charge", "Broken", 8, 60 * 255),
        ("release-stock", "Broken", 8, 60 * 255),
    ],
)
def test_failures_are_retried_so_often(name, error, times, seconds):
    failing = {name: [asl.fails(error)] * times, "create-shipment": [DOWN]}
    result = run(failing, {})
    assert (result.error, result.elapsed) == ("Broken", timedelta(seconds=seconds))
    assert run({**failing, name: [asl.fails(error)] * (times + 1)}).path != result.path


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("reserve-stock", 30), ("charge-card", 5 * 60 + 30), ("create-shipment", 60)],
)
def test_a_silent_service_counts_as_failed(name, seconds):
    result = run({name: [asl.hangs()] * 5})
    assert (result.error, result.elapsed) == ("States.Timeout", timedelta(seconds=seconds))
