"""The stateful test of callbacks: it finds what is wrong, and leaves alone what is right."""

from functools import partial
from types import MappingProxyType
from typing import ClassVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

import asl
from asl.testing import CallbackMachine, laws
from tests.definitions import SUCCEED, catch, choice, fail, map_, pass_, retry, scope, task

TOKEN = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:pack"
MESSAGE = {"QueueUrl": "https://q", "MessageBody": {"token.$": "$$.Task.Token"}}
SETTINGS = settings(
    max_examples=200,
    stateful_step_count=12,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],  # shrinking is Hypothesis's affair
)
APPROVAL = asl.load(
    scope(
        Ask=task(
            TOKEN,
            Parameters=MESSAGE,
            ResultPath="$.answer",
            TimeoutSeconds=3600,
            HeartbeatSeconds=600,
            Retry=[retry("Busy", MaxAttempts=1)],
            Catch=[catch("Refused", "Declined", "States.Timeout")],
        ),
        Approved=choice(
            {"Variable": "$.answer.approved", "BooleanEquals": True, "Next": "Pack"},
            Default="Refused",
        ),
        Pack=task(ACTIVITY, TimeoutSeconds=900, Next="Signed"),
        Refused=fail("Refused"),
        Signed=task("local:signal:signed", TimeoutSeconds=60, Next="Each"),
        Each=map_(
            scope(Look=task("local:human", Parameters={"Title": "?"}, TimeoutSeconds=60)),
            ItemsPath="$.items",
            Next="Done",
        ),
        Done=SUCCEED,
    ),
    extensions=True,
)
OUTPUTS = {
    "Ask": st.fixed_dictionaries({"approved": st.booleans()}),
    "signed": st.just({"items": [1, 2]}),
}


class Sound(CallbackMachine):
    """Everything that happens in it is right."""

    machine = APPROVAL
    outputs = OUTPUTS
    always = (laws.never_fails_with, laws.payload_below)
    at_end = (laws.always_ends,)
    seen: ClassVar = set()

    @invariant()
    def refused_is_not_packed(self):
        path = self.result.path
        assert not {"Pack", "Refused"} <= set(path)
        self.seen.add((self.result.status, self.result.error, path[-1]))


def run(test):
    run_state_machine_as_test(test, settings=SETTINGS)


def test_a_sound_machine_passes_and_every_kind_of_step_is_made():
    Sound.seen.clear()
    run(Sound)
    assert {
        ("RUNNING", None, "Ask"),
        ("RUNNING", None, "Pack"),
        ("ABORTED", None, "Ask"),
        ("FAILED", "Refused", "Refused"),
        ("FAILED", "AnyOtherError", "Ask"),
    } <= Sound.seen


ASK = task(
    TOKEN, Parameters=MESSAGE, TimeoutSeconds=60, HeartbeatSeconds=40, Catch=[catch("End", "Busy")]
)
STEPS = [
    (ASK, lambda result: result.output == {"n": 7}, "state.succeed(answer=('A', {'n': 7}))"),
    (ASK, lambda result: result.output == {"n": 7}, "state.start(given={})"),
    (ASK, lambda result: "Error" in (result.output or ()), "state.fail(failure=('A', 'Busy'))"),
    (ASK, lambda result: result.elapsed.seconds == 60, "state.heartbeat(task='A')"),
    (ASK, lambda result: result.error == "States.Timeout", "state.advance(seconds="),
    (ASK, lambda result: result.elapsed.microseconds, "state.advance_to_timer(early=True)"),
    (ASK, lambda result: result.status == "ABORTED", "state.stop()"),
    (task(ACTIVITY), lambda result: result.output == {"n": 7}, "state.take(activity="),
    (task("local:signal:go"), lambda result: "End" in result.path, "state.send(signal=('go', {}))"),
    (task("local:human"), lambda result: "End" in result.path, "state.succeed(answer=('A', "),
]


@pytest.mark.parametrize(("state", "is_wrong", "step"), STEPS, ids=[each[-1] for each in STEPS])
def test_a_broken_invariant_is_found_and_the_steps_are_told(state, is_wrong, step):
    class Broken(CallbackMachine):
        machine = asl.load(scope(A=state, End=SUCCEED), extensions=True)
        inputs = st.just({})
        outputs = MappingProxyType({"A": st.just({"n": 7})})

        @invariant()
        def nothing_is_wrong(self):
            assert not is_wrong(self.result), "found"

    with pytest.raises(AssertionError, match="found") as told:
        run(Broken)
    assert step in "\n".join(told.value.__notes__)


def test_the_end_is_looked_at_after_time_has_gone_on():
    class Endless(CallbackMachine):
        machine = asl.load(scope(A=task(TOKEN, Parameters=MESSAGE)))
        at_end = (partial(laws.always_ends, within=60),)

    with pytest.raises(AssertionError, match="it took longer than 60 seconds"):
        run(Endless)


def test_several_open_tasks_of_a_state_are_told_apart():
    class Several(CallbackMachine):
        machine = asl.load(
            scope(Each=map_(scope(Look=task(TOKEN, Parameters=MESSAGE)), ItemsPath="$"))
        )
        inputs = st.just([1, 2])

        @invariant()
        def both_are_open(self):
            if self.result.status == "RUNNING":
                assert list(self.open_tasks)[:1] == ["Look"]
                assert len(self.open_tasks) != 2 or "Look #2" in self.open_tasks

    run(Several)


def test_handlers_serve_what_nobody_calls_back_for_and_rules_can_be_added():
    class Mixed(CallbackMachine):
        machine = asl.load(
            scope(Plain=task("plain"), Ask=task(TOKEN, Parameters=MESSAGE), End=pass_())
        )
        tasks = MappingProxyType({"plain": lambda _: {"from": "plain"}})
        added: ClassVar = []

        @rule()
        def look(self):
            self.added.append(self.run.execution.now)

    run(Mixed)
    assert Mixed.added
    assert issubclass(Mixed, RuleBasedStateMachine)


def test_a_test_without_a_machine_or_with_a_typo_says_so():
    class Nothing(CallbackMachine):
        pass

    class Typo(CallbackMachine):
        machine = APPROVAL
        outputs = MappingProxyType({"Aks": st.just(1)})

    with pytest.raises(asl.UsageError, match="Nothing has no machine"):
        run(Nothing)
    with pytest.raises(asl.UsageError, match="outputs of Typo: no task or signal is called 'Aks'"):
        run(Typo)
