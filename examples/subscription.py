"""A year of a subscription in a moment: a notice, a card declined twice, the next year started.
Change first: let read-subscription say autoRenew False, or decline the card four times."""

import json
from pathlib import Path

import asl

HERE = Path(__file__).parent
NEXT_YEAR = "arn:aws:states:eu-west-1:123456789012:execution:subscription:next-year"


def publish(parameters):
    print("notice:", parameters["Message"])
    return {"MessageId": "m-1"}


TASKS = {
    "activate-subscription": lambda _: {"autoRenew": True},
    "read-subscription": lambda _: {"autoRenew": True},
    "charge-renewal": asl.script(
        asl.fails("CardDeclined"), asl.fails("CardDeclined"), asl.returns({"receipt": "r-77"})
    ),
    "end-subscription": lambda _: None,
    "SendRenewalNotice": publish,
    "StartNextYear": lambda _: {"ExecutionArn": NEXT_YEAR},
}

if __name__ == "__main__":
    machine = asl.load(HERE / "subscription.asl.json")
    customer = json.loads((HERE / "subscription.input.json").read_text())
    result = machine.run(customer, tasks=TASKS)
    begin = result.history[0]["timestamp"]
    for event in result.history:
        if event["type"].endswith(("StateEntered", "FunctionFailed")):
            name = event.get("stateEnteredEventDetails", {}).get("name", "  declined")
            print(f"day {(event['timestamp'] - begin).days:3}  {name}")
    print(f"{result.status} after {result.elapsed}: {result.output['payment']}")
