"""An approval that escalates: the team lead is silent for a day, the manager answers in six hours.
Change first: HOURS_TO_ANSWER, so that the lead answers in time, or nobody does."""

import json
from datetime import timedelta
from pathlib import Path

import asl

HERE = Path(__file__).parent
HOURS_TO_ANSWER = {"lead@example.com": 200, "manager@example.com": 6}
SUBSTITUTIONS = {
    "ApprovalTopicArn": "arn:aws:sns:eu-west-1:123456789012:approvals",
    "ApprovalTable": "approvals",
    "PlaceOrderFunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:place-order",
}
answer_due = []


def ask(parameters, context):
    approver = parameters["MessageAttributes"]["approver"]["StringValue"]
    answer_due.append(context.now + timedelta(hours=HOURS_TO_ANSWER[approver]))
    print(f"{context.now:%d %b %H:%M}  to {approver}: {parameters['Message']}")
    return {"MessageId": "m-1"}


def read_answer(parameters, context):
    answered = any(due <= context.now for due in answer_due)
    print(f"{context.now:%d %b %H:%M}  {'approved' if answered else 'no answer yet'}")
    return {"Item": {**parameters["Key"], "answer": {"S": "APPROVED"}}} if answered else {}


TASKS = {"AskApprover": ask, "ReadAnswer": read_answer, "place-order": lambda order: order}
if __name__ == "__main__":
    machine = asl.load(HERE / "human_approval.asl.json", substitutions=SUBSTITUTIONS)
    result = machine.run(json.loads((HERE / "human_approval.input.json").read_text()), tasks=TASKS)
    print(f"{result.status} after {result.elapsed}: {result.output}")
