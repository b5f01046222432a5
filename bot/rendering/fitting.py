"""Shortens words until a message fits; never cuts HTML. Knows no template and no limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Words = TypeVar("Words")


@dataclass(frozen=True, slots=True)
class Cut(Generic[Words]):
    """One way to shorten words."""

    #: Returns the words with so much of one part left; 0: without it.
    to: Callable[[Words, int], Words]
    #: Returns how much of the part there is.
    amount: Callable[[Words], int]


def shrunk(
    words: Words, fits: Callable[[Words], bool], cuts: Iterable[Cut[Words]]
) -> Words | None:
    """Return `words` cut as little as possible to fit; None if nothing makes them fit.

    A cut is made only if the cuts before it, made to 0, were not enough.
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
    """Return the largest number up to `most` that fits.

    Expects that 0 fits, and that every number below one that fits does.
    """
    if most <= 0 or fits(most):
        return max(most, 0)
    least, over = 0, most
    while over - least > 1:
        middle = (least + over) // 2
        if fits(middle):
            least = middle
        else:
            over = middle
    return least


def _most(cut: Cut[Words], words: Words, fits: Callable[[Words], bool]) -> Words:
    """Return `words` with as much left of what is cut as fits."""

    def fits_cut(amount: int) -> bool:
        return fits(cut.to(words, amount))

    amount = largest(fits_cut, cut.amount(words))
    return cut.to(words, amount)
