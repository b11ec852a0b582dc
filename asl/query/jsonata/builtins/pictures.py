"""``$formatNumber``: numbers in the form that a picture such as ``#,##0.00`` shows.

Source: JSONata 2.0.6, ``$formatNumber``, which follows XPath and XQuery Functions 3.1, section 4.7,
"Formatting numbers"; the remarks name its rules.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from functools import reduce
from math import gcd
from typing import TYPE_CHECKING, NamedTuple

from asl.query.jsonata.builtins.numbers import rounded
from asl.query.jsonata.faults import FaultError
from asl.query.jsonata.kinds import UNDEFINED, Value
from asl.query.jsonata.operators import double
from asl.query.jsonata.writing import number_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asl.query.jsonata.guard import Run

_EXACT = Context(prec=500, rounding=ROUND_HALF_UP)
_DEFAULTS: Mapping[str, str] = {
    "decimal-separator": ".",
    "grouping-separator": ",",
    "exponent-separator": "e",
    "minus-sign": "-",
    "percent": "%",
    "per-mille": "\u2030",
    "zero-digit": "0",
    "digit": "#",
    "pattern-separator": ";",
}


class _Signs(NamedTuple):
    """The characters that have a meaning in pictures, or stand in their place in the result."""

    decimal: str
    grouping: str
    exponent: str
    minus: str
    percent: str
    per_mille: str
    zero: str
    digit: str
    pattern: str

    @property
    def digits(self) -> str:
        """The ten digits of the family that the zero belongs to."""
        return "".join(chr(ord(self.zero[0]) + value) for value in range(10))

    def count(self, text: str, *, optional: bool = False) -> int:
        """How many digits a part of a picture has, with the optional ones or without."""
        digits = self.digits
        return sum(1 for sign in text if sign in digits or (optional and sign == self.digit))


class _Parts(NamedTuple):
    """A sub-picture, cut where its characters have a meaning."""

    picture: str
    prefix: str
    suffix: str
    active: str
    mantissa: str
    exponent: str | None
    integer: str
    fraction: str


class _Form(NamedTuple):
    """What a sub-picture says."""

    picture: str
    prefix: str
    suffix: str
    least_integer: int
    scaling: int
    least_fraction: int
    most_fraction: int
    least_exponent: int
    regular_grouping: int
    integer_groups: tuple[int, ...]
    fraction_groups: tuple[int, ...]


def format_number(
    run: Run, value: Value, picture: Value = UNDEFINED, options: Value = UNDEFINED
) -> Value:
    """``$formatNumber``."""
    if value is UNDEFINED:
        return UNDEFINED
    if picture is UNDEFINED:
        raise FaultError("D3085")
    run.charge_text(64 * len(picture))
    signs = _signs(options)
    pictures = picture.split(signs.pattern)
    if len(pictures) > 2:
        raise FaultError("D3080")
    parts = [_cut(one, signs) for one in pictures]
    for one in parts:
        _validate(one, signs)
    forms = [_analyse(one, signs) for one in parts]
    negative = forms[-1]
    if len(forms) == 1:
        negative = negative._replace(prefix=signs.minus + negative.prefix)
    number = double(value)
    return _write(number, forms[0] if number >= 0 else negative, signs)


def _signs(options: Value) -> _Signs:
    given = {} if options is UNDEFINED else options
    chosen = [given.get(name, default) for name, default in _DEFAULTS.items()]
    if not all(type(sign) is str and sign for sign in chosen):
        raise FaultError("D3085")
    return _Signs(*chosen)


# 4.7.3, 4.7.4: what a picture must be, and what it says


def _cut(picture: str, signs: _Signs) -> _Parts:
    active = signs.digits + signs.decimal + signs.grouping + signs.digit + signs.pattern
    places = [place for place, sign in enumerate(picture) if sign in active]
    if not places:
        raise FaultError("D3085")
    prefix, suffix = picture[: places[0]], picture[places[-1] + 1 :]
    middle = picture[places[0] : places[-1] + 1]
    mantissa, exponent = middle, None
    at = picture.find(signs.exponent, len(prefix))
    if 0 <= at <= len(picture) - len(suffix):
        # counted from the start of the picture, though cut from the middle: so does the reference
        mantissa, exponent = middle[:at], middle[at + 1 :]
    integer, point, fraction = mantissa.partition(signs.decimal)
    return _Parts(
        picture, prefix, suffix, middle, mantissa, exponent, integer, fraction if point else suffix
    )


def _validate(parts: _Parts, signs: _Signs) -> None:
    """Refuse a picture that breaks a rule; of several rules the last counts, as in the reference.

    Raises:
        FaultError: D3081 to D3093.
    """
    picture, point = parts.picture, parts.picture.find(signs.decimal)
    known = (
        *signs.digits,
        signs.decimal,
        signs.exponent,
        signs.grouping,
        signs.digit,
        signs.pattern,
    )
    before_optional = parts.integer.partition(signs.digit)
    behind_optional = parts.fraction.rpartition(signs.digit)
    has_percent = signs.percent in picture or signs.per_mille in picture
    exponent = parts.exponent
    rules = {
        "D3081": picture.count(signs.decimal) > 1,
        "D3082": picture.count(signs.percent) > 1,
        "D3083": picture.count(signs.per_mille) > 1,
        "D3084": signs.percent in picture and signs.per_mille in picture,
        "D3085": not signs.count(parts.mantissa, optional=True),
        "D3086": any(sign not in known for sign in parts.active),
        "D3087": point >= 0
        and signs.grouping in {picture[max(point - 1, 0) : point], picture[point + 1 : point + 2]},
        "D3088": point < 0 and parts.integer.endswith(signs.grouping),
        "D3089": 2 * signs.grouping in picture,
        "D3090": bool(before_optional[1]) and signs.count(before_optional[0]) > 0,
        "D3091": bool(behind_optional[1]) and signs.count(behind_optional[2]) > 0,
        "D3092": bool(exponent) and has_percent,
        "D3093": exponent is not None and (not exponent or signs.count(exponent) < len(exponent)),
    }
    broken = [code for code, is_broken in rules.items() if is_broken]
    if broken:
        raise FaultError(broken[-1])


def _analyse(parts: _Parts, signs: _Signs) -> _Form:
    least_integer = scaling = signs.count(parts.integer)
    least_fraction = signs.count(parts.fraction)
    most_fraction = signs.count(parts.fraction, optional=True)
    has_exponent = parts.exponent is not None
    if least_integer == 0 and most_fraction == 0:
        if has_exponent:
            least_fraction = most_fraction = 1
        else:
            least_integer = 1
    if has_exponent and least_integer == 0 and signs.digit in parts.integer:
        least_integer = 1
    if least_integer == 0 and least_fraction == 0:
        least_fraction = 1
    groups = _groups(parts.integer, signs, to_left=False)
    return _Form(
        picture=parts.picture,
        prefix=parts.prefix,
        suffix=parts.suffix,
        least_integer=least_integer,
        scaling=scaling,
        least_fraction=least_fraction,
        most_fraction=most_fraction,
        least_exponent=signs.count(parts.exponent or ""),
        regular_grouping=_regular(groups),
        integer_groups=groups,
        fraction_groups=_groups(parts.fraction, signs, to_left=True),
    )


def _groups(part: str, signs: _Signs, *, to_left: bool) -> tuple[int, ...]:
    """How many digits stand beside each grouping separator, on the side of the decimal point."""
    places = [place for place, sign in enumerate(part) if sign == signs.grouping]
    return tuple(
        signs.count(part[:place] if to_left else part[place:], optional=True) for place in places
    )


def _regular(positions: tuple[int, ...]) -> int:
    """The size of the groups, if all are of one size; else 0."""
    if not positions:
        return 0
    size = reduce(gcd, positions)
    return size if all(size * n in positions for n in range(1, len(positions) + 1)) else 0


# 4.7.5: how a number is written


def _write(number: float, form: _Form, signs: _Signs) -> str:
    if signs.percent in form.picture:
        number *= 100
    elif signs.per_mille in form.picture:
        number *= 1000
    exponent = None
    if form.least_exponent:
        number, exponent = _scaled(number, form.scaling)
    plain = _fixed(rounded(number, form.most_fraction), form.most_fraction)
    whole, _, fraction = plain.partition(".")
    whole = _translated(whole.lstrip("0").rjust(form.least_integer, "0"), signs)
    fraction = _translated(fraction.rstrip("0").ljust(form.least_fraction, "0"), signs)
    text = _grouped(whole + signs.decimal + fraction, len(whole), form, signs)
    if signs.decimal not in form.picture or text.endswith(signs.decimal):
        text = text[:-1]
    if exponent is not None:
        digits = _translated(str(abs(exponent)).rjust(form.least_exponent, "0"), signs)
        text += signs.exponent + (signs.minus if exponent < 0 else "") + digits
    return form.prefix + text + form.suffix


def _scaled(number: float, digits: int) -> tuple[float, int]:
    """The mantissa with so many digits before the point, and its exponent.

    Raises:
        FaultError: D1012 for what is not positive; the reference multiplies it by ten for ever.
    """
    if number <= 0:
        raise FaultError("D1012")
    exponent = 0
    while number < 10.0 ** (digits - 1):
        number *= 10
        exponent -= 1
    while number > 10.0**digits:
        number /= 10
        exponent += 1
    return number, exponent


def _fixed(number: float, places: int) -> str:
    """``toFixed`` of JavaScript, without the sign."""
    if places > 100:
        raise FaultError("D3137", message="toFixed() digits argument must be between 0 and 100")
    if abs(number) >= 1e21:
        return number_text(abs(number))
    return format(_EXACT.quantize(abs(Decimal(number)), Decimal(1).scaleb(-places)), "f")


def _translated(digits: str, signs: _Signs) -> str:
    family = signs.digits
    if family[0] == "0":
        return digits
    return "".join(family[ord(digit) - 48] if digit.isdigit() else digit for digit in digits)


def _grouped(text: str, point: int, form: _Form, signs: _Signs) -> str:
    """The text with its grouping separators; ``point`` is where the decimal separator stands.

    A separator that would stand before the first digit stands where JavaScript counts such places:
    from the end.
    """
    places: list[int]
    if form.regular_grouping:
        size = form.regular_grouping
        places = [point - size * group for group in range(1, (point - 1) // size + 1)]
        point += len(places)
    else:
        places = []
        for position in form.integer_groups:
            places.append(point - position)
            point += 1
    for place in places:
        text = text[:place] + signs.grouping + text[place:]
    for position in form.fraction_groups:
        place = point + 1 + position
        text = text[:place] + signs.grouping + text[place:]
    return text
