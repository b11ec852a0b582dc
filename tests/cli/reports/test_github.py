"""The report as workflow commands of GitHub Actions."""

from asl.cli.reports.github import to_github
from tests.cli.reports.faults import fault, report, unreachable, warning


def test_each_fault_is_a_command_and_the_counts_come_last():
    assert to_github([report(fault(), warning()), report()]).splitlines() == [
        "::error file=order.asl.json,line=4,col=37,title=ASL-207 missing-target"
        "::Missing 'Next' target: Shipp%0Adid you mean 'Ship'?",
        "::warning file=order.asl.json,title=ASL-906 shadowed-rule::This rule never holds",
        "1 error, 1 warning in 1 of 2 files",
    ]


def test_what_follows_stands_in_the_message():
    text = to_github([report(fault(hint="", consequences=unreachable("A", "B")))])
    assert "::Missing 'Next' target: Shipp%0Aso 2 states can't be reached: A, B\n" in text


def test_what_means_something_in_a_command_is_escaped():
    one = fault("100%: a, b\r\nc", hint="", rule="", code="X:Y,Z%")
    command = to_github([report(one, name="a,b:c%\n.asl.json")]).splitlines()[0]
    assert command == (
        "::error file=a%2Cb%3Ac%25%0A.asl.json,line=4,col=37,title=X%3AY%2CZ%25"
        r"::100%25: a, b\r\nc"
    )


def test_a_message_can_not_be_another_command():
    text = to_github([report(fault("\n::set-env name=A::b"))])
    assert [line for line in text.splitlines() if line.startswith("::set-env")] == []
