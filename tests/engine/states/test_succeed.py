"""Succeed: ends its scope with success."""

import pytest

from tests.definitions import SUCCEED, chart, lines, load, map_, parallel, pass_, scope


def test_it_ends_the_execution_with_its_input():
    result = load(S=SUCCEED).run({"n": 1})
    assert (result.status, result.output) == ("SUCCEEDED", {"n": 1})
    assert chart(result) == lines("""
        1 <- 0 ExecutionStarted
        2 <- 0 SucceedStateEntered S
        3 <- 2 SucceedStateExited S
        4 <- 3 ExecutionSucceeded
    """)


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        ({"InputPath": "$.a"}, {"n": 1}),
        ({"OutputPath": "$.a.n"}, 1),
        ({"InputPath": "$.a", "OutputPath": "$.n"}, 1),
        ({"InputPath": None}, {}),
    ],
    ids=str,
)
def test_input_path_and_output_path_shape_the_output(fields, output):
    assert load(S={**SUCCEED, **fields}).run({"a": {"n": 1}}).output == output


def test_inside_a_branch_it_ends_only_that_branch():
    result = load(P=parallel(scope(S=SUCCEED), scope(A=pass_())), B=pass_()).run({"n": 1})
    assert result.output == [{"n": 1}, {"n": 1}]
    assert result.path == ["P", "S", "A", "B"]


def test_inside_an_iteration_it_ends_only_that_iteration():
    machine = load(M=map_(scope(S={**SUCCEED, "OutputPath": "$.n"})))
    assert machine.run([{"n": 1}, {"n": 2}]).output == [1, 2]


def test_a_path_that_finds_nothing_fails_the_execution():
    result = load(S={**SUCCEED, "OutputPath": "$.missing"}).run()
    assert (result.status, result.error) == ("FAILED", "States.Runtime")
