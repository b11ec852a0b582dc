"""Every rule of the checker by its code: how grave a breach is, and what AWS calls it.

A code never changes its meaning and is never used again. The numbers go by what a rule is about:
0xx the document, 1xx machines, 2xx any state, 3xx the types of states, 4xx Map, 5xx intrinsic
functions, 6xx paths, 7xx JSONata, 8xx variables, 9xx what only shows when a machine runs. A rule
without one of AWS's codes is ours alone. What a rule says, why, an example and its fix stand in
``catalogue.toml`` beside this file; nothing here needs them to run.

Source: AWS API reference, ValidateStateMachineDefinitionDiagnostic, for AWS's codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl.language.diagnostics import Severity

SCHEMA: Final = "SCHEMA_VALIDATION_FAILED"


class Rule(NamedTuple):
    """One rule.

    Attributes:
        code: Such as ``ASL-207``.
        name: Such as ``missing-target``: what is wrong, for people.
        severity: ERROR where AWS refuses the definition, else WARNING.
        aws: AWS's code; empty where AWS has no such rule.
        is_on: Whether it is looked for unless somebody says otherwise.
    """

    code: str
    name: str
    severity: Severity = "ERROR"
    aws: str = SCHEMA
    is_on: bool = True

    @property
    def can_be_silenced(self) -> bool:
        """Whether it may be ignored: what AWS refuses may not."""
        return self.severity == "WARNING"


def _error(number: int, name: str, aws: str = SCHEMA) -> Rule:
    return Rule(f"ASL-{number:03}", name, "ERROR", aws)


def _warning(number: int, name: str, aws: str = "", *, is_on: bool = True) -> Rule:
    return Rule(f"ASL-{number:03}", name, "WARNING", aws, is_on)


_TARGET: Final = "MISSING_TRANSITION_TARGET"
_BAD_JSON: Final = "INVALID_JSON_DESCRIPTION"
_EXPRESSION: Final = "UNSUPPORTED_JSONATA_EXPRESSION"

_RULES: Final = (
    # the document
    _warning(0, "more-faults"),
    _error(1, "empty-document", "MISSING_DESCRIPTION"),
    _error(2, "malformed-text", _BAD_JSON),
    _error(3, "not-an-object"),
    _error(4, "too-large", _BAD_JSON),
    _error(5, "duplicate-key", _BAD_JSON),
    _error(6, "too-deep", "TOO_DEEPLY_NESTED"),
    _warning(7, "placeholder-without-value"),
    # state machines, branches, item processors
    _error(101, "machine-field-required"),
    _error(102, "machine-field-unknown"),
    _error(103, "machine-comment-type"),
    _error(104, "version-value"),
    _error(105, "machine-timeout"),
    _error(106, "query-language"),
    _error(107, "start-target", _TARGET),
    _error(108, "states-empty"),
    _error(109, "no-terminal-state", "MISSING_END_STATE"),
    _error(110, "unreachable-state", _TARGET),
    _error(111, "duplicate-state-name", "DUPLICATE_STATE_NAME"),
    _error(112, "state-name-length", "INVALID_STATE_NAME"),
    _warning(113, "state-name-characters"),
    _warning(114, "inner-machine-without-end"),
    _error(115, "inner-machine-field-unknown"),
    # any state
    _error(201, "state-type"),
    _error(202, "state-field-unknown"),
    _error(203, "field-of-other-language"),
    _error(204, "query-language-downgrade"),
    _error(205, "next-and-end"),
    _error(206, "next-or-end-required"),
    _error(207, "missing-target", _TARGET),
    _error(208, "field-type"),
    _error(209, "comment-type"),
    _error(210, "path-malformed"),
    _error(211, "result-path"),
    _error(212, "template-value"),
    _error(213, "template-key-twice"),
    _error(214, "template-type"),
    _error(215, "field-and-its-path-twin"),
    _error(216, "expression-delimiters"),
    _warning(221, "key-without-dollar", "NO_DOLLAR"),
    _warning(222, "field-without-path", "NO_PATH"),
    _warning(223, "result-is-static", "PASS_RESULT_IS_STATIC"),
    # types of states
    _error(301, "resource-required"),
    _error(302, "resource-arn"),
    _error(303, "resource-unknown"),
    _error(304, "credentials"),
    _error(305, "timeout-value"),
    _error(306, "heartbeat-value"),
    _error(307, "heartbeat-not-below-timeout"),
    _error(310, "not-in-express"),
    _warning(311, "task-token-unused"),
    _error(321, "retry-or-catch-type"),
    _error(322, "error-equals-required"),
    _error(323, "error-equals-empty"),
    _error(324, "error-equals-type"),
    _error(325, "states-all-placement"),
    _error(326, "interval-value"),
    _error(327, "max-attempts-value"),
    _error(328, "backoff-value"),
    _error(329, "max-delay-value"),
    _warning(330, "max-delay-not-above-interval"),
    _error(331, "jitter-value"),
    _error(332, "catcher-next-required"),
    _error(333, "catcher-result-path"),
    _error(334, "error-field-unknown"),
    _warning(335, "error-name-unknown"),
    _warning(336, "error-never-matches"),
    _error(341, "choices-required"),
    _error(342, "choice-next-required"),
    _error(343, "choice-selector"),
    _error(344, "choice-operator-count"),
    _error(345, "choice-operator-value"),
    _error(346, "nested-next"),
    _error(347, "nested-assign-or-output"),
    _error(348, "choice-variable"),
    _error(349, "choice-timestamp"),
    _error(350, "default-target", _TARGET),
    _error(353, "choice-and-or-not"),
    _warning(354, "string-matches-escape"),
    _error(355, "choice-condition"),
    _warning(356, "choice-without-default", is_on=False),
    _error(361, "wait-fields"),
    _error(362, "wait-seconds"),
    _error(363, "wait-timestamp"),
    _error(381, "fail-text"),
    _error(382, "fail-path"),
    _error(391, "branches"),
    # Map
    _error(401, "map-processor"),
    _error(403, "processor-config"),
    _error(404, "execution-type"),
    _warning(405, "only-distributed"),
    _error(406, "item-reader"),
    _error(407, "reader-input-type"),
    _error(408, "reader-csv"),
    _error(409, "max-items"),
    _error(410, "item-batcher"),
    _error(411, "result-writer"),
    _error(412, "writer-config"),
    _error(413, "tolerated-failure"),
    _error(414, "max-concurrency"),
    _error(415, "label", "INVALID_LABEL_NAME"),
    _error(416, "items-path"),
    _error(417, "items"),
    _error(418, "selector-and-parameters"),
    _error(419, "item-selector"),
    _error(420, "duplicate-label", "DUPLICATE_LABEL_NAME"),
    # intrinsic functions
    _error(501, "intrinsic-syntax"),
    _error(502, "intrinsic-unknown"),
    _warning(503, "intrinsic-arity"),
    _warning(504, "intrinsic-literal"),
    _warning(505, "format-placeholders"),
    _warning(506, "intrinsic-nesting"),
    # paths
    _error(601, "path-syntax"),
    _warning(602, "context-member-unknown"),
    _error(603, "reference-path"),
    # JSONata
    _error(701, "expression-syntax", "INVALID_JSONATA_EXPRESSION"),
    _error(702, "top-level-reference", _EXPRESSION),
    _error(703, "states-field-absent", _EXPRESSION),
    _warning(704, "eval-absent"),
    _warning(706, "function-unknown"),
    _warning(707, "function-arity"),
    _warning(708, "expression-type"),
    # variables
    _error(801, "variable-name", "INVALID_VARIABLE_NAME"),
    _error(802, "variable-reserved", "RESERVED_VARIABLE_NAME"),
    _error(803, "variable-name-length", "INVALID_VARIABLE_NAME"),
    _error(804, "assign-type"),
    _error(805, "variable-of-outer-scope", "DUPLICATE_VARIABLE_NAME"),
    _warning(806, "variable-undefined", "POSSIBLY_UNDEFINED_VARIABLE"),
    _warning(808, "variable-maybe-undefined"),
    _warning(809, "variable-never-read"),
    # what AWS does not look for
    _warning(901, "not-run-here"),
    _warning(902, "local-resource"),
    _warning(903, "endless-loop"),
    _warning(904, "growing-payload"),
    _warning(905, "field-never-set"),
    _warning(906, "shadowed-rule"),
    _warning(907, "heartbeat-never-sent"),
    _warning(908, "silence-unknown"),
)

#: Every rule by its code, in the order of the codes.
RULES: Final[Mapping[str, Rule]] = {rule.code: rule for rule in _RULES}
