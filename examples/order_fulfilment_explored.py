"""Every run that an order can have, proved to undo what it did; then a bug, and how to see it.
Change first: let the bug's Catch lead to "ReleaseStock", and see it proved as well."""

import json

from order_fulfilment import HERE, SUBSTITUTIONS

import asl
from asl.testing import explore, failed, follows, forecast, never, succeeded

REPLIES = {
    "reserve-stock": {"reservationId": "res-7"},
    "charge-card": {"chargeId": "ch-9"},
    "create-shipment": {"trackingCode": "T-1"},
    "refund-charge": None,
    "release-stock": None,
}
PROPERTIES = [
    never("RefundCharge", before=succeeded("ChargeCard")),
    follows("RefundCharge", after=failed("CreateShipment")),
    follows("ReleaseStock", after=failed("ChargeCard")),
]


def explored(definition, order):
    machine = asl.load(definition, substitutions=SUBSTITUTIONS)
    return explore(machine, order, replies=REPLIES, properties=PROPERTIES)


if __name__ == "__main__":
    order = json.loads((HERE / "order_fulfilment.input.json").read_text())
    definition = json.loads((HERE / "order_fulfilment.asl.json").read_text())
    right = explored(definition, order)
    print(right)
    print(forecast(right))
    expired = {"ErrorEquals": ["CardExpired"], "ResultPath": "$.failure", "Next": "OrderCancelled"}
    definition["States"]["ChargeCard"]["Catch"].insert(0, expired)
    print(*explored(definition, order).counterexamples)
