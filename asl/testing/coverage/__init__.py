"""Coverage of definitions: which states, transitions, rules, retriers and catchers tests ran.

items      what there is to cover in a definition, and what is left out (`asl: no cover`)
counting   how often each of it happened, counted while executions move on
measure    `Coverage`: watches a block of code, adds what was saved, reports
files      the definitions that a report is to be about, run or not
report     `CoverageReport`: counts and items put together, a row for each definition
table, saved, lcov, page    the forms of a report
output     which form goes where: what ``--asl-cov-report`` says
plugin     the options of pytest
"""
