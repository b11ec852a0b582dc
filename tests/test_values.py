"""Values: fields by name, defaults, nothing else, and no change."""

import pytest

from asl.values import Value


class Point(Value):
    x: int
    y: int = 2


class Place(Point):
    name: str


def test_a_value_has_the_fields_of_its_class_and_of_those_above():
    place = Place(x=1, name="here")
    assert (place.x, place.y, place.name) == (1, 2, "here")
    assert place.fields() == {"x": 1, "y": 2, "name": "here"}
    assert repr(place) == "Place(x=1, y=2, name='here')"


def test_values_of_one_class_are_equal_if_their_fields_are():
    assert len({Point(x=1), Point(x=1, y=2), Point(x=2)}) == 2
    assert Place(x=1, name="") != Point(x=1)
    assert Point(x=1) != (1, 2)


def test_a_field_without_default_is_needed():
    with pytest.raises(TypeError, match="Place needs the field 'name'"):
        Place(x=1)


def test_a_field_that_is_not_there_is_refused():
    with pytest.raises(TypeError, match="Point has no field 'z'"):
        Point(x=1, z=3)


def test_nobody_changes_a_value():
    with pytest.raises(AttributeError, match="Point is a value: 'x' can't be set"):
        Point(x=1).x = 2
