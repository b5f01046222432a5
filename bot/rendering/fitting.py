"""Making words fit a message: what is shown shrinks, never the HTML. Knows no template and no limit of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Words = TypeVar("Words")


@dataclass(frozen=True, slots=True)
class Cut(Generic[Words]):
    """One way of saying less."""

    #: Leaves only so much of the part; 0: nothing of it.
    to: Callable[[Words, int], Words]
    #: How much there is of the part.
    amount: Callable[[Words], int]


def shrunk(words: Words, fits: Callable[[Words], bool], cuts: Iterable[Cut[Words]]) -> Words | None:
    """Return `words` cut as little as makes them fit, or None when nothing does.

    A later cut is made only when the one before, made to nothing, did not do.
    """
    if fits(words):
        return words
    for cut in cuts:
        least = cut.to(words, 0)
        if fits(least):
            return _most(cut, words, fits)
        words = least
    return None


def largest(fits: Callable[[int], bool], most: int) -> int:
    """Return the largest number up to `most` that fits, taking it that 0 does and that less fits where more does."""
    if most <= 0 or fits(most):
        return max(most, 0)
    least, over = 0, most
    while over - least > 1:
        middle = (least + over) // 2
        least, over = (middle, over) if fits(middle) else (least, middle)
    return least


def _most(cut: Cut[Words], words: Words, fits: Callable[[Words], bool]) -> Words:
    return cut.to(words, largest(lambda much: fits(cut.to(words, much)), cut.amount(words)))
