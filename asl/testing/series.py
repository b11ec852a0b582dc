"""What there may be none or several of, read in a test: which one is meant has to be said."""

from __future__ import annotations

from typing import TYPE_CHECKING, SupportsIndex, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

T = TypeVar("T")


class Series(tuple[T, ...]):
    """A tuple whose members a test asks for: one that is not there fails the test, and says why.

    Args:
        members: In their order.
        what: Whose they are and what they are, to follow "there are 3" (``visits of 'Charge'``).
        hint: What to show beside it when a member is missing.
    """

    what: str
    hint: str

    def __new__(cls, members: Iterable[T], what: str, hint: str = "") -> Self:
        """Make it."""
        made = super().__new__(cls, members)
        made.what = what
        made.hint = hint
        return made

    @overload
    def __getitem__(self, place: SupportsIndex) -> T: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[T, ...]: ...

    def __getitem__(self, place: SupportsIndex | slice) -> T | tuple[T, ...]:
        """The member at a place, from 0; negative ones count from the end.

        Raises:
            AssertionError: There is none.
        """
        try:
            return super().__getitem__(place)
        except IndexError:
            raise AssertionError(f"there is no [{place}]: {self._told}") from None

    @property
    def first(self) -> T:
        """The first one."""
        return self[0]

    @property
    def last(self) -> T:
        """The last one."""
        return self[-1]

    @property
    def only(self) -> T:
        """The one that there is.

        Raises:
            AssertionError: There is none, or more than one.
        """
        if len(self) != 1:
            raise AssertionError(f"not exactly one: {self._told}")
        return self[0]

    @property
    def _told(self) -> str:
        number = "there is 1" if len(self) == 1 else f"there are {len(self) or 'no'}"
        return f"{number} {self.what}" + (f"\n  {self.hint}" if self.hint else "")
