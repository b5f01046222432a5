"""Which article a file tells: a new one, a known one, a copy, or two that turn out to be one. Pure (design §5).

Looks nothing up: the facts come in as arguments.
"""

from __future__ import annotations

import re
from enum import StrEnum

from rapidfuzz import fuzz

from bot import prose
from bot.article import TITLE_WORDS, Article

#: Per cent of two titles' letters that agree where one is a correction of the other.
ALIKE = 90
_NUMBER = re.compile(r"\d+")


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
    that article (`match`, else `mine`). same_title: by its title it still tells the story of `mine`
    (`is_same_story`). first: an earlier article of this title, near in time.

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


def is_same_story(before: Article, after: Article) -> bool:
    """Say whether a file that told `before` and now tells `after`, be it at another address, goes on with one story.

    It does under the same title; also under a corrected one, if whose it is or what it says, and the day, are the same.
    A daily brief in a file that is written anew each day has another date or number in it, and is another story.
    """
    old, new = prose.title_key(before.title), prose.title_key(after.title)
    if old == new or (after.story_key and before.story_key == after.story_key):
        return True
    if min(old.count(" "), new.count(" ")) + 1 < TITLE_WORDS or _NUMBER.findall(old) != _NUMBER.findall(new):
        return False
    same_source = before.provider == after.provider or before.excerpt == after.excerpt != ""
    return same_source and _day(before) == _day(after) and fuzz.ratio(old, new) >= ALIKE


def _day(article: Article) -> str:
    return article.published.date().isoformat() if article.published else ""
