"""Which article a file tells: a new one, a known one, a copy, or two that turn out to be one. Pure (design §5).

Looks nothing up: the facts come in as arguments.
"""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What recording a file means."""

    NEW = "new"  # a story nobody told before
    COPY = "copy"  # another address tells a story we have: recorded, not posted
    OWN = "own"  # the file that owns the article tells it again
    OTHER = "other"  # another living file owns it: recorded, not shown
    MOVED = "moved"  # the same story at a new address, which the old one leads to
    MERGED = "merged"  # two articles were one all along: nothing is posted


def judge(
    *, mine: int | None, match: int | None, owner: str | None, path: str, same_title: bool, first: int | None
) -> Verdict:
    """Return what the file `path` means.

    mine: the article it told until now. match: the article that has its address. owner: the living file that owns
    that article (`match`, else `mine`). same_title: its title is that of `mine`. first: an earlier article of this
    title, near in time.

    A file that takes over another article's title *and* address has been rewritten to tell that one; joining the two
    would turn the posts of the first into posts of a story they have nothing to do with.
    """
    if match is not None and mine is not None and match != mine and same_title:
        return Verdict.MERGED
    if match is not None:
        return Verdict.OWN if owner in (None, "", path) else Verdict.OTHER
    if mine is not None and same_title:
        return Verdict.MOVED if owner in (None, "", path) else Verdict.OTHER
    return Verdict.NEW if first is None else Verdict.COPY
