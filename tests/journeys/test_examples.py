"""The examples are run as a reader runs them: as a script, and by the command line."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

PRINTED = {
    "charge_retries": """
asks  {'amount': 63.5, 'orderId': 'order-1042', 'idempotencyKey': 'order-1042-charge'}
paid  {'id': 'ch-9'}, on to CreateShipment
busy  again in 2 s
busy  again in 4 s
busy  again in 8 s
busy  again in 16 s
busy  CAUGHT_ERROR, on to ReleaseStock
""",
    "durable_order": """
01 Jan  contract for ada@example.com
RUNNING, waits until 01 Apr
<SUCCEEDED after 80 days, 0:00:00: SendContract > ShipOrder
  output: {"orderId": "order-1042", "customer": "ada@example.com", "signature": {"signedBy": "Ada"}, "parcel": "P-1"}>
""",  # noqa: E501 - it is printed so
    "fan_out": """
0:00:00  Started bear.jpg
0:00:00  Started fjord.jpg
0:00:00  Started broken.jpg
0:00:00  Succeeded broken.jpg
0:00:00  Started panorama.jpg
0:00:06  Succeeded fjord.jpg
0:00:06  Started aurora.jpg
0:00:12  Succeeded bear.jpg
0:00:12  Started boat.jpg
0:00:12  Succeeded aurora.jpg
0:00:24  Succeeded boat.jpg
0:00:30  Succeeded panorama.jpg
SUCCEEDED after 0:00:30: {
  "album": "svalbard",
  "made": [
    "bear.jpg",
    "fjord.jpg",
    "aurora.jpg",
    "boat.jpg"
  ],
  "failed": [
    {
      "failed": "NotAPhoto",
      "key": "broken.jpg"
    },
    {
      "failed": "States.Timeout",
      "key": "panorama.jpg"
    }
  ]
}
""",
    "human_approval": """
01 Jan 00:00  to lead@example.com: Marie asks for an oscilloscope (4200 EUR)
02 Jan 00:00  to manager@example.com: Marie asks for an oscilloscope (4200 EUR); \
no answer from lead@example.com
AskTeamLead > AskManager > IsApproved > PlaceOrder
SUCCEEDED after 1 day, 6:00:00: {'purchaseId': 'pur-88', 'approvedBy': 'manager@example.com'}
""",
    "order_fulfilment": """
refunded 63.5 (ch-9)
released res-7
ReserveStock > ChargeCard > CreateShipment > RefundCharge > ReleaseStock > OrderCancelled
FAILED after 0:00:02: NoCarrier, Order order-1042 was cancelled: nobody ships to Longyearbyen
""",
    "order_fulfilment_explored": """
<536,181 executions, 85 states, 93 met again
  FAILED AnyOtherError: 295,290
  FAILED States.Timeout: 225,760
  FAILED PaymentGatewayBusy: 12,240
  SUCCEEDED: 2,635
  FAILED Lambda.AWSLambdaException: 64
  FAILED Lambda.SdkClientException: 64
  FAILED Lambda.ServiceException: 64
  FAILED Lambda.TooManyRequestsException: 64
  holds: never('RefundCharge', before=succeeded('ChargeCard'))
  holds: follows('RefundCharge', after=failed('CreateShipment'))
  holds: follows('ReleaseStock', after=failed('ChargeCard'))>
<Forecast
  transitions: 2 to 29
  history events: 8 to 97 of 25,000
  largest payload: 290 bytes of 262,144
  duration: 0:00:00 to 8:35:37
  price: 0.00005 to 0.000725 (USD, list prices of us-east-1 in 2025)>
follows('ReleaseStock', after=failed('ChargeCard')) does not hold: \
ChargeCard failed, and nothing came of 'ReleaseStock'
<FAILED after 0:00:00: ReserveStock > ChargeCard > OrderCancelled
  error:  CardExpired
  cause:  Order order-1042 was cancelled: explored>
result = machine.run(
    {
        "orderId": "order-1042",
        "items": [
            {"sku": "KETTLE-1L", "quantity": 1},
            {"sku": "CUP-BLUE", "quantity": 4},
        ],
        "total": 63.5,
        "address": {"name": "Ada Lovelace", "city": "Longyearbyen", "country": "NO"},
    },
    tasks={
        "ReserveStock": asl.script(
            asl.returns(
                {
                    "ExecutedVersion": "$LATEST",
                    "Payload": {"reservationId": "res-7"},
                    "StatusCode": 200,
                },
            ),
        ),
        "ChargeCard": asl.script(asl.fails("CardExpired", "explored")),
        "CreateShipment": asl.script(asl.hangs()),
        "RefundCharge": asl.script(asl.hangs()),
        "ReleaseStock": asl.script(asl.hangs()),
    },
)
""",
    "polling": """
00:00:05  not yet
00:00:15  not yet
00:00:35  not yet
00:01:15  not yet
00:02:35  not yet
00:05:15  not yet
00:10:35  done
SUCCEEDED after 0:10:35, 7 polls
{'video': 'holiday-2026.mov', 'url': 's3://videos/5'}
""",
    "subscription": """
notice: Dear Grace, your plan yearly renews in three weeks.
day   0  ActivateSubscription
day   0  WaitForRenewalNotice
day 330  SendRenewalNotice
day 330  WaitForCancellation
day 351  ReadSubscription
day 351  StillWanted
day 351  ChargeRenewal
day 351    declined
day 354    declined
day 357  StartNextYear
SUCCEEDED after 357 days, 0:00:00: {'receipt': 'r-77'}
""",
}


def run_python(*arguments):
    return subprocess.run(
        [sys.executable, *arguments], cwd=EXAMPLES, capture_output=True, text=True, check=False
    )


def run_asl(name, *arguments):
    settings = runpy.run_path(str(EXAMPLES / f"{name}.py")).get("SUBSTITUTIONS", {})
    return run_python(
        *("-m", "asl", "run", f"{name}.asl.json", "--input", f"{name}.input.json"),
        *("--tasks", f"{name}:TASKS", *arguments),
        *(part for key, value in settings.items() for part in ("--set", f"{key}={value}")),
    )


def test_every_example_has_its_output_here():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(PRINTED)


@pytest.mark.parametrize("name", PRINTED)
def test_script_prints_what_it_promises(name):
    done = run_python(f"{name}.py")
    assert done.stderr == ""
    assert done.stdout.strip() == PRINTED[name].strip()
    assert done.returncode == 0


@pytest.mark.parametrize("name", PRINTED)
def test_script_is_short_and_opens_with_what_to_change(name):
    lines = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 40
    assert lines[0].startswith('"""')
    assert lines[1].startswith("Change first: ")
    assert lines[1].endswith('"""')


@pytest.mark.parametrize("name", [path.name.split(".")[0] for path in EXAMPLES.glob("*.asl.json")])
def test_command_line_comes_to_the_same_end(name):
    done = run_asl(name)
    status = "FAILED" if "FAILED after" in PRINTED[name] else "SUCCEEDED"
    assert done.stderr == ""
    assert status in done.stdout
    assert done.returncode == (0 if status == "SUCCEEDED" else 1)


def test_command_line_gives_one_json_document():
    document = json.loads(run_asl("fan_out", "--json").stdout)
    assert document["status"] == "SUCCEEDED"
    assert document["elapsedSeconds"] == 30
    assert document["output"]["album"] == "svalbard"
    assert document["events"][0]["type"] == "ExecutionStarted"
