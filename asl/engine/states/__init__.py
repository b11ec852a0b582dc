"""One module a state type: what entering, resuming, retrying and failing mean.

Each module has one function that binds a step: it reads the compiled state once and leaves closures
on the step that do only what this very state asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asl.engine.program import Program, ProgramScope, Step
from asl.engine.states import choice, fail, map_, parallel, pass_, succeed, task, wait
from asl.language import model

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.language.model import Definition

_BIND: dict[type[model.State], Callable[[Any, Step, ProgramScope], None]] = {
    model.PassState: pass_.bind,
    model.ChoiceState: choice.bind,
    model.SucceedState: succeed.bind,
    model.FailState: fail.bind,
    model.WaitState: wait.bind,
    model.TaskState: task.bind,
}


def link(definition: Definition) -> Program:
    """The program of a definition: all of its states bound and linked."""
    return Program(definition, _bind)


def _bind(step: Step, scope: ProgramScope) -> None:
    state = step.state
    if isinstance(state, model.ParallelState):
        step.scopes = tuple(ProgramScope(branch, _bind) for branch in state.branches)
        parallel.bind(state, step, scope)
    elif isinstance(state, model.DistributedMapState):
        from asl.engine.states import distributed  # noqa: PLC0415 - with all that a Map Run needs

        distributed.bind(state, step, scope, _bind)
    elif isinstance(state, model.MapState):
        step.scopes = (ProgramScope(state.processor, _bind),)
        map_.bind(state, step, scope)
    else:
        _BIND[type(state)](state, step, scope)
