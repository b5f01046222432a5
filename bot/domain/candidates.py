"""The numbers that a post in doubt may have in its chat, the most likely first. Pure.

Asks nothing about them; see `recovery`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, islice

#: The most candidates that one search tries.
MOST = 20
#: Numbers in a row without a message, above all known ones, after which the chat has ended.
BEYOND = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What is known of a chat's message numbers, which only rise, around an attempt."""

    #: The last one that was there before the attempt began.
    before: int | None = None
    #: The first one of a post that began when the attempt could no longer take effect.
    after: int | None = None
    #: Those in between that are accounted for: our own posts, and others' that Telegram reported.
    known: frozenset[int] = frozenset()
    #: The attempt lies nearer, in time, to `after` than to `before`.
    late: bool = False
    #: The post's number is above this one, though messages of before the attempt are, too.
    floor: int = 0

    @property
    def is_unbounded(self) -> bool:
        """True if neither end is known: nothing can prove that the post is absent."""
        return self.before is None and self.after is None


class Candidates:
    """The numbers that are still to be probed, at most MOST.

    Where no upper bound is known, they end with the chat: after BEYOND numbers in a row without a
    message.
    """

    def __init__(self, bounds: Bounds) -> None:
        """Start with the numbers between the bounds, the most likely first."""
        numbers = list(islice(numbers_between(bounds), MOST + 1))
        self._numbers = deque(numbers[:MOST])
        #: There are more between the bounds than are probed.
        self.has_more = len(numbers) > MOST
        #: Only numbers above this one count towards the end of the chat.
        #: None: no number does, as the upper bound is known.
        self._last_known: int | None = None
        if bounds.after is None:
            self._last_known = max({bounds.before or 0, bounds.floor} | bounds.known)
        #: Numbers in a row without a message.
        self._missing_in_a_row = 0

    @property
    def next(self) -> int | None:
        """The number to be probed next; None: none is left."""
        return self._numbers[0] if self._numbers else None

    def drop(self, *, is_missing: bool) -> None:
        """Go on to the next number. is_missing: there is no message under this one."""
        number = self._numbers.popleft()
        if self._last_known is None or number <= self._last_known:
            return
        self._missing_in_a_row = self._missing_in_a_row + 1 if is_missing else 0
        if self._missing_in_a_row >= BEYOND:
            self._numbers.clear()
            self.has_more = False


def numbers_between(bounds: Bounds) -> Iterator[int]:
    """Yield the unknown numbers between the bounds, from the likelier end.

    There is no last one if there is no upper bound.
    """
    first = max(bounds.before or 0, bounds.floor) + 1
    numbers: Iterable[int] = count(first)
    if bounds.after is not None:
        numbers = range(first, bounds.after)
        is_nearer_to_end = bounds.late or bounds.before is None
        if is_nearer_to_end:
            numbers = reversed(numbers)
    for number in numbers:
        if number not in bounds.known:
            yield number
