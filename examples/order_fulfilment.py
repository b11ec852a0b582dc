"""A saga: the shipment fails, so the charge is refunded and the stock released.
Change first: let create-shipment return {"trackingCode": "T-1"}, and see the order fulfilled."""

import json
from pathlib import Path

import asl

HERE = Path(__file__).parent
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:"
SUBSTITUTIONS = {
    "ReserveStockFunctionArn": FUNCTION + "reserve-stock",
    "ChargeCardFunctionArn": FUNCTION + "charge-card",
    "CreateShipmentFunctionArn": FUNCTION + "create-shipment",
    "RefundChargeFunctionArn": FUNCTION + "refund-charge",
    "ReleaseStockFunctionArn": FUNCTION + "release-stock",
}


def create_shipment(payload):
    raise asl.TaskFailed("NoCarrier", f"nobody ships to {payload['address']['city']}")


TASKS = {
    "reserve-stock": lambda _: {"reservationId": "res-7"},
    "charge-card": asl.script(asl.fails("PaymentGatewayBusy"), asl.returns({"chargeId": "ch-9"})),
    "create-shipment": create_shipment,
    "refund-charge": lambda payload: print(f"refunded {payload['amount']} ({payload['chargeId']})"),
    "release-stock": lambda payload: print(f"released {payload['reservationId']}"),
}

if __name__ == "__main__":
    machine = asl.load(HERE / "order_fulfilment.asl.json", substitutions=SUBSTITUTIONS)
    order = json.loads((HERE / "order_fulfilment.input.json").read_text())
    result = machine.run(order, tasks=TASKS)
    print(" > ".join(result.path))
    print(f"{result.status} after {result.elapsed}: {result.error}, {result.cause}")
