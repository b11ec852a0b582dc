"""One state on its own: how the charge of `order_fulfilment` goes on when the gateway is busy.
Change first: mock the error NoFunds, which nobody retries."""

import json
from pathlib import Path

from asl.testing import test_state

HERE = Path(__file__).parent
CHARGE = {
    "definition": HERE / "order_fulfilment.asl.json",
    "substitutions": dict.fromkeys(
        ("ReserveStockFunctionArn", "ChargeCardFunctionArn", "CreateShipmentFunctionArn",
         "RefundChargeFunctionArn", "ReleaseStockFunctionArn"),
        "arn:aws:lambda:eu-west-1:123456789012:function:any",
    ),
    "stateName": "ChargeCard",
    "input": {"orderId": "order-1042", "total": 63.5},
    "inspectionLevel": "DEBUG",
}  # fmt: skip
CHARGED = {"result": {"Payload": {"chargeId": "ch-9"}}, "fieldValidationMode": "NONE"}
BUSY = {"errorOutput": {"error": "PaymentGatewayBusy", "cause": "503"}}

if __name__ == "__main__":
    response = test_state(**CHARGE, mock=CHARGED)
    print(f"asks  {json.loads(response['inspectionData']['afterParameters'])['Payload']}")
    print(f"paid  {json.loads(response['output'])['charge']}, on to {response['nextState']}")
    for retries in range(5):
        configuration = {"retrierRetryCount": retries}
        response = test_state(**CHARGE, mock=BUSY, stateConfiguration=configuration)
        details = response["inspectionData"]["errorDetails"]
        if response["status"] == "RETRIABLE":
            print(f"busy  again in {details['retryBackoffIntervalSeconds']} s")
        else:
            print(f"busy  {response['status']}, on to {response['nextState']}")
