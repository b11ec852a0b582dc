"""What the rules of a Choice in JSONPath ask, and whether one rule matches whenever another does.

A rule becomes a tree of comparisons in which only comparisons are negated. To see whether all that
it lets through is caught by others, it is split into cases: in each of them every variable lies in
one region. What stands in the way of an answer is left out of a case (so there is more in it than
the rule lets through) or makes no answer.

A comparison of a variable that is not there fails the execution. So does whatever would come
behind it: it catches that case too.

Source: ASL specification, "Choice State".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from asl.errors import QuerySyntaxError
from asl.language.flow.regions import (
    CONTAINER,
    EVERYTHING,
    PRESENT,
    Cover,
    Region,
    narrowed,
    outside,
    region_of,
)
from asl.language.substitutions import has_placeholder
from asl.query.choices import OPERATORS
from asl.query.path_text import Root, Step, read_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from asl.jsontypes import Json

#: Where a path leads: two paths with the same are the same.
Variable: TypeAlias = tuple[Root, tuple[Step, ...], tuple[str, ...]]
#: A case of a rule: where each variable that it asks about lies.
Case: TypeAlias = "Mapping[Variable, Region]"
Condition: TypeAlias = "Comparison | Combination"

_MOST_DEPTH: Final = 20
_MOST_COMPARISONS: Final = 50
_MOST_CASES: Final = 8
#: Of a path.
_MOST_CHARACTERS: Final = 500


class Comparison(NamedTuple):
    """A comparison, negated or not: it matches in the region.

    Attributes:
        variable: What is compared.
        region: Where it matches.
        fails_if_missing: All operators do but IsPresent.
        implied: What must be there besides for it to match: what a ``...Path`` operator compares
            with, and the objects round the variables.
    """

    variable: Variable
    region: Region
    fails_if_missing: bool
    implied: tuple[tuple[Variable, Region], ...]


class Combination(NamedTuple):
    """Conditions of which all have to match, or one."""

    kind: Literal["And", "Or"]
    inner: tuple[Condition, ...]


class _UnknownError(Exception):
    """A rule that can't be told what it asks."""


def condition_of(rule: Json) -> Condition | None:
    """What a rule asks; None if it is malformed, too large, or has a placeholder."""
    try:
        return _Reader().read(rule, 0, negated=False)
    except _UnknownError:
        return None


class _Reader:
    def __init__(self) -> None:
        self.left = _MOST_COMPARISONS

    def read(self, rule: Json, depth: int, *, negated: bool) -> Condition:
        if not isinstance(rule, dict) or depth > _MOST_DEPTH:
            raise _UnknownError
        kinds = [key for key in rule if key in ("And", "Or", "Not", "Variable")]
        operators = [key for key in rule if key in OPERATORS]
        if len(kinds) != 1 or len(operators) != (kinds[0] == "Variable"):
            raise _UnknownError
        inner = rule[kinds[0]]
        if kinds[0] == "Variable":
            return self._comparison(inner, operators[0], rule[operators[0]], negated=negated)
        if kinds[0] == "Not":
            return self.read(inner, depth + 1, negated=not negated)
        if not isinstance(inner, list) or not inner:
            raise _UnknownError
        conditions = tuple(self.read(item, depth + 1, negated=negated) for item in inner)
        return Combination("And" if (kinds[0] == "And") != negated else "Or", conditions)

    def _comparison(self, text: Json, operator: str, operand: Json, *, negated: bool) -> Comparison:
        self.left -= 1
        region = region_of(operator, operand)
        if region is None or self.left < 0:
            raise _UnknownError
        variable = _variable(text)
        is_test = operator == "IsPresent"
        if negated and is_test:
            region = PRESENT if region.missing else Region(missing=True, parts={})
        elif negated:
            region = outside(region)
        implied = [] if region.missing else list(_around(variable))
        if operator.endswith("Path"):
            other = _variable(operand)
            implied += [(other, PRESENT), *_around(other)]
        return Comparison(variable, region, not is_test, tuple(implied))


def _variable(text: Json) -> Variable:
    if not isinstance(text, str) or len(text) > _MOST_CHARACTERS or has_placeholder(text):
        raise _UnknownError
    try:
        path = read_path(text)
    except QuerySyntaxError:
        raise _UnknownError from None
    if not path.is_definite:
        raise _UnknownError
    return path.root, path.steps, path.merged


def _around(variable: Variable) -> Iterator[tuple[Variable, Region]]:
    """The objects and arrays that are there if a variable is."""
    root, steps, merged = variable
    for length in range(1, len(steps) + bool(merged)):
        yield (root, steps[:length], ()), CONTAINER


# Cases


def cases_of(condition: Condition) -> list[Case]:
    """Cases that hold all that a condition lets through; none if that is nothing."""
    if isinstance(condition, Comparison):
        case = _with({}, ((condition.variable, condition.region), *condition.implied))
        return [] if case is None else [case]
    if condition.kind == "Or":
        cases = [case for inner in condition.inner for case in cases_of(inner)]
        return cases if len(cases) <= _MOST_CASES else [{}]
    cases = [{}]
    for inner in condition.inner:
        more = cases_of(inner)
        if more and len(cases) * len(more) > _MOST_CASES:
            continue
        together = (_with(case, other.items()) for case in cases for other in more)
        cases = [case for case in together if case is not None]
    return cases


def _with(case: Case, regions: Iterable[tuple[Variable, Region]]) -> Case | None:
    """A case in which more is known; None if there is no such case."""
    known = dict(case)
    for variable, region in regions:
        known[variable] = narrowed(known.get(variable, EVERYTHING), region)
        if known[variable].is_empty:
            return None
    return known


class Covers:
    """All that is caught by some conditions, of which one has to be true.

    ``counts_failures``: a comparison that fails the execution catches too.
    """

    def __init__(self, *, counts_failures: bool = True) -> None:
        self.counts_failures = counts_failures
        self.by_variable: dict[Variable, Cover] = {}
        self.combinations: list[Combination] = []

    def add(self, condition: Condition) -> None:
        """Let one more condition catch."""
        if isinstance(condition, Comparison):
            cover = self.by_variable.setdefault(condition.variable, Cover())
            missing = condition.fails_if_missing and self.counts_failures
            cover.add(condition.region, missing=missing)
        elif condition.kind == "Or":
            for inner in condition.inner:
                self.add(inner)
        else:
            self.combinations.append(condition)

    @property
    def catches_all(self) -> bool:
        """Whether nothing gets past."""
        return any(cover.has(EVERYTHING) for cover in self.by_variable.values())

    def catch(self, case: Case) -> bool:
        """Whether all of a case is caught, for certain."""
        for variable, region in case.items():
            if variable in self.by_variable and self.by_variable[variable].has(region):
                return True
        if self.catches_all:
            return True
        return any(self._all_catch(combination.inner, case) for combination in self.combinations)

    def _all_catch(self, conditions: Sequence[Condition], case: Case) -> bool:
        for condition in conditions:
            covers = Covers(counts_failures=self.counts_failures)
            covers.add(condition)
            if not covers.catch(case):
                return False
        return True
