"""The counts of all files in one line."""

import pytest

from asl.cli.reports.counts import errors_in, summary, warnings_in
from tests.cli.reports.faults import fault, report, unreachable, warning


@pytest.mark.parametrize(
    ("reports", "said"),
    [
        ([], "no fault in 0 files"),
        ([report()], "no fault in 1 file"),
        ([report(), report()], "no fault in 2 files"),
        ([report(fault())], "1 error in 1 file"),
        ([report(fault(), fault(), warning())], "2 errors, 1 warning in 1 file"),
        ([report(), report(warning(), warning())], "2 warnings in 1 of 2 files"),
        ([report(*[fault()] * 1234)] * 2, "2,468 errors in 2 of 2 files"),
    ],
)
def test_the_counts_are_said_in_one_line(reports, said):
    assert summary(reports) == said


def test_what_only_follows_from_another_fault_is_not_counted():
    reports = [report(fault(consequences=unreachable("Ship")), warning()), report(fault())]
    assert (errors_in(reports), warnings_in(reports)) == (2, 1)
