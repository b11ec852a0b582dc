"""Values: classes that have fields and little else, and that nobody changes.

A dataclass is that too, but it writes and compiles its methods when its module is imported, half a
millisecond for each class, and needs `inspect`: importing takes longer than running. Type checkers
take a `Value` for a frozen dataclass. Where many are made, or taken apart, a named tuple serves;
dataclasses are for what is seldom imported.
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn, dataclass_transform


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Value:
    """A value with the fields that its class annotates, given by name.

    Raises:
        TypeError: A field without a default is absent, or one is given that the class has not.
    """

    _names: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        cls._names = (*cls._names, *cls.__annotations__)

    def __init__(self, **fields: object) -> None:
        for name in fields.keys() ^ self._names:
            if name in fields or not hasattr(type(self), name):
                problem = "has no field" if name in fields else "needs the field"
                raise TypeError(f"{type(self).__name__} {problem} {name!r}")
        vars(self).update(fields)

    def fields(self) -> dict[str, Any]:
        """What it has in its fields, by their names."""
        return {name: getattr(self, name) for name in self._names}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Value):
            return NotImplemented
        return type(other) is type(self) and other.fields() == self.fields()

    def __hash__(self) -> int:
        return hash(tuple(self.fields().values()))

    def __setattr__(self, name: str, _value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is a value: {name!r} can't be set")

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.fields().items())
        return f"{type(self).__name__}({fields})"
