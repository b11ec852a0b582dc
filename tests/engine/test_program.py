"""The program: the steps of a definition, linked to each other and found by JSON pointer."""

import asl
from tests.definitions import map_, parallel, pass_, scope, task


def test_every_state_at_any_depth_has_a_step_by_its_pointer():
    definition = scope(
        First=pass_(), **{"a/b": parallel(scope(A=task()), scope(M=map_(scope(B=pass_()))))}
    )
    program = asl.load(definition)._program
    assert set(program.by_pointer) == {
        "/States/First",
        "/States/a~1b",
        "/States/a~1b/Branches/0/States/A",
        "/States/a~1b/Branches/1/States/M",
        "/States/a~1b/Branches/1/States/M/ItemProcessor/States/B",
    }
    assert all(step.state.pointer == at for at, step in program.by_pointer.items())


def test_a_step_shows_which_state_it_is():
    program = asl.load(scope(A=pass_()))._program
    assert repr(program.scope.start) == "Step(/States/A)"
