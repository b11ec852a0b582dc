"""The report in the shape of ValidateStateMachineDefinition."""

import json

from asl.cli.reports.aws import to_aws
from tests.cli.reports.faults import fault, report, unreachable, warning


def test_of_one_file_it_is_the_answer_of_aws():
    one = report(fault(consequences=unreachable("Ship")), warning())
    document = json.loads(to_aws([one]))
    assert document == one.to_aws()
    assert document["result"] == "FAIL"
    assert [each["code"] for each in document["diagnostics"]] == ["MISSING_TRANSITION_TARGET"] * 2


def test_of_several_files_there_is_an_answer_by_name():
    reports = [report(fault()), report(name="orders/b.asl.json")]
    document = json.loads(to_aws(reports))
    assert list(document) == ["order.asl.json", "orders/b.asl.json"]
    assert document["orders/b.asl.json"] == {"result": "OK", "diagnostics": [], "truncated": False}
