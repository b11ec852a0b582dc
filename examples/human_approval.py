"""An approval that escalates: the team lead is silent for a day, the manager answers in six hours.
Change first: HOURS_TO_ANSWER, so that the lead answers in time, or nobody does."""

import json
from datetime import timedelta
from pathlib import Path

import asl

HERE = Path(__file__).parent
HOURS_TO_ANSWER = {"lead@example.com": 200, "manager@example.com": 6}
SUBSTITUTIONS = {
    "ApprovalQueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/approvals",
    "PlaceOrderFunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:place-order",
}


def ask(parameters, context):
    message = parameters["MessageBody"]
    print(f"{context.now:%d %b %H:%M}  to {message['approver']}: {message['question']}")
    answer = asl.returns(
        {"approved": True, "by": message["approver"]},
        after=timedelta(hours=HOURS_TO_ANSWER[message["approver"]]),
    )
    return asl.submits({"MessageId": "m-1"}, then=answer)


TASKS = {"AskTeamLead": ask, "AskManager": ask, "place-order": lambda order: order}

if __name__ == "__main__":
    machine = asl.load(HERE / "human_approval.asl.json", substitutions=SUBSTITUTIONS)
    result = machine.run(json.loads((HERE / "human_approval.input.json").read_text()), tasks=TASKS)
    print(" > ".join(result.path))
    print(f"{result.status} after {result.elapsed}: {result.output}")
