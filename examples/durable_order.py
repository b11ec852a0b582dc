"""An order that waits for a signature for up to ninety days, while its process is restarted.
Change first: SIGNED_AFTER, to 50 days: it is signed too late, and the order is cancelled."""

import json
import tempfile
from datetime import timedelta
from pathlib import Path

import asl
from asl.durable import Host

HERE = Path(__file__).parent
SIGNED_AFTER = timedelta(days=40)  # after the restart, and as long before it
TOKENS = []


def send_contract(parameters, context):
    print(f"{context.now:%d %b}  contract for {parameters['MessageBody']['customer']}")
    TOKENS.append(context.token)


TASKS = {"SendContract": send_contract, "ship-order": lambda _: "P-1", "cancel-order": lambda _: 1}
SUBSTITUTIONS = {"ShipOrderFunctionArn": "ship-order", "CancelOrderFunctionArn": "cancel-order"}

if __name__ == "__main__":
    machine = asl.load(HERE / "durable_order.asl.json", substitutions=SUBSTITUTIONS)
    order = json.loads((HERE / "durable_order.input.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        options = {"machines": [machine], "tasks": TASKS, "clock": asl.VirtualClock()}
        with Host(f"sqlite:///{folder}/orders.db", **options) as host:
            arn = host.start(machine, order, name=order["orderId"])
            host.advance(SIGNED_AFTER)
            print(f"{host.describe(arn).status}, waits until {host.describe(arn).wakes_at:%d %b}")
        with Host(f"sqlite:///{folder}/orders.db", **options) as host:  # it was deployed
            host.advance(SIGNED_AFTER)
            try:
                host.send_task_success(TOKENS[0], {"signedBy": "Ada"})
            except asl.TaskTokenError as error:
                print(error)
            print(host.result(arn))
