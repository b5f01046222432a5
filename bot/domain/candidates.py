"""The numbers that a post in doubt may have in its chat, the most likely first. Pure.

Asks nothing about them; see `recovery`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, islice

#: The most candidates that one search tries.
MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What is known of a chat's message numbers, which only rise, around an attempt."""

    #: The last one that was there before the attempt began.
    before: int | None = None
    #: The first one of a post that began when the attempt could no longer take effect.
    after: int | None = None
    #: Those in between that are accounted for: our own posts, and others' that we were told of.
    known: frozenset[int] = frozenset()
    #: The attempt lies nearer, in time, to `after` than to `before`.
    late: bool = False
    #: The post's number is above this one, though messages of before the attempt are, too.
    floor: int = 0


def candidates(bounds: Bounds) -> list[int]:
    """Return the numbers the post may have, likeliest first, at most MOST."""
    return list(islice(numbers_between(bounds), MOST))


def numbers_between(bounds: Bounds) -> Iterator[int]:
    """Yield the unknown numbers between the bounds, from the likelier end.

    There is no last one if there is no upper bound.
    """
    first = max(bounds.before or 0, bounds.floor) + 1
    numbers: Iterable[int]
    if bounds.after is None:
        numbers = count(first)
    elif bounds.late or bounds.before is None:
        numbers = reversed(range(first, bounds.after))
    else:
        numbers = range(first, bounds.after)
    return (number for number in numbers if number not in bounds.known)
