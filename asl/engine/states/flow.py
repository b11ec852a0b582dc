"""The way from input and result to output, in the query language of the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.engine.states import jsonata_flow, jsonpath_flow

if TYPE_CHECKING:
    from asl.engine.states.dataflow import Shape
    from asl.language.model import Catcher, ChoiceRule, PassState, State, WorkState
    from asl.query.environment import Compiled


def bind_passage(state: State, rule: ChoiceRule | None = None) -> Shape:
    """The output of a state without a result; a Choice rule has Assign and Output of its own."""
    source = state if rule is None else rule
    if state.query_language == "JSONata":
        return jsonata_flow.bind_passage(source.assign, source.output)
    return jsonpath_flow.bind_passage(state.output_path, source.assign)


def bind_result(
    state: PassState | WorkState, selector: Compiled | None = None, *, nests: bool
) -> Shape:
    """The output of a state from its result; ``nests``: the result may hold the state's input."""
    if state.query_language == "JSONata":
        return jsonata_flow.bind_shape(state.assign, state.output, "result")
    return jsonpath_flow.bind_shape(
        selector=selector,
        assign=state.assign,
        result_path=state.result_path,
        output_path=state.output_path,
        nests=nests,
    )


def bind_caught(state: WorkState, catcher: Catcher) -> Shape:
    """The output of a state from the error output that a catcher passes on."""
    if state.query_language == "JSONata":
        return jsonata_flow.bind_shape(catcher.assign, catcher.output, "errorOutput")
    # The state's OutputPath does not apply to what a catcher passes on (recorded).
    return jsonpath_flow.bind_shape(assign=catcher.assign, result_path=catcher.result_path)
