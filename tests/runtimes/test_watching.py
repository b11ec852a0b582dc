"""Watchers see every execution of the process, and only while they watch."""

import asl
from asl.runtimes.watching import watched_by
from tests.definitions import load, pass_, task


def test_every_execution_is_seen_children_and_forks_too():
    child = load(A=pass_())
    parent = load(
        Start=task(
            "arn:aws:states:::states:startExecution.sync:2",
            Parameters={"StateMachineArn": "child", "Input": {}},
        )
    )
    seen = []
    with watched_by(seen.append):
        parent.run(machines={"child": child})
        run = child.start()
        twin = run.fork()
    child.run()
    assert [execution.program for execution in seen] == [
        parent.program,
        child.program,
        child.program,
        child.program,
    ]
    assert seen[2:] == [run.execution, twin.execution]


def test_a_watcher_that_raises_is_no_longer_there_afterwards():
    def refuse(_execution):
        raise asl.UsageError("no")

    try:
        with watched_by(refuse):
            load(A=pass_()).run()
    except asl.UsageError:
        assert load(A=pass_()).run().status == "SUCCEEDED"
    else:
        raise AssertionError("the watcher was not asked")
