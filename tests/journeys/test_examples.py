"""The examples are run as a reader runs them: as a script, and by the command line."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

PRINTED = {
    "order_fulfilment": """
refunded 63.5 (ch-9)
released res-7
ReserveStock > ChargeCard > CreateShipment > RefundCharge > ReleaseStock > OrderCancelled
FAILED after 0:00:02: NoCarrier, Order order-1042 was cancelled: nobody ships to Longyearbyen
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
    text = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")
    lines = text.splitlines()
    assert len(lines) <= 40
    assert lines[0].startswith('"""')
    assert lines[1].startswith("Change first: ")
    assert lines[1].endswith('"""')
