"""Which article a file describes: a new one, a known one, a copy, or two that turn out to be one.

Pure: the facts come in as arguments. The rules are in docs/architecture.md, Identity.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from enum import StrEnum
from functools import partial
from typing import NamedTuple, TypeVar

from bot.domain import plain_text, urls
from bot.domain.article import Article, Story, story
from bot.domain.likeness import agree, are_alike, compared, numbers
from bot.domain.titles import story_key, title_key

T = TypeVar("T")


class Relation(StrEnum):
    """How a file relates to the articles that are recorded."""

    #: A new article.
    NEW = "new"
    #: A new article whose story another article had first: recorded, not posted.
    COPY = "copy"
    #: The article that the file owns.
    OWN = "own"
    #: An article that another living file owns: recorded, not shown.
    OTHER = "other"
    #: The article that the file owns, at a new address; the old one leads to it too.
    MOVED = "moved"
    #: Two articles that turn out to be one: nothing is posted.
    MERGED = "merged"


def judge(
    *,
    previous: int | None,
    match: int | None,
    owner: str | None,
    path: str,
    is_same_story: bool,
) -> Relation:
    """Return what the file `path` means; NEW: a new article, which may be a copy of another.

    previous: the article that it described until now. match: the article that has its address and
    tells its story; see `match`. owner: the living file that owns that article (`match`, else
    `previous`). is_same_story: the story is still that of `previous`; see `is_same_story`.

    A file that takes over another article's title *and* address has been rewritten to describe that
    one; merging the two would turn the posts of the first into posts of a story they have nothing
    to do with.
    """
    is_owner = owner in (None, "", path)
    if (
        match is not None
        and previous is not None
        and match != previous
        and is_same_story
    ):
        return Relation.MERGED
    if match is not None:
        return Relation.OWN if is_owner else Relation.OTHER
    if previous is not None and is_same_story:
        return Relation.MOVED if is_owner else Relation.OTHER
    return Relation.NEW


def new_or_copy(first: int | None) -> Relation:
    """Return what a new article is. first: an earlier article of its title, near in time."""
    return Relation.NEW if first is None else Relation.COPY


def is_same_story(before: Article, after: Article) -> bool:
    """Return True if `before` and `after`, of one file, are one story, also at two addresses.

    They are under the same title, unless that is a column's; also under a corrected title, if the
    day is the same, and the outlet or the excerpt is. A daily brief in a file that is rewritten
    each day has another date or number in its title, and is another story.
    """
    if _is_same_title(before.title, after.title):
        return not are_instalments(story(before), story(after))
    if not _is_correction(before.title, after.title):
        return False
    if story(before).day != story(after).day:
        return False
    if before.provider == after.provider:
        return True
    return before.excerpt == after.excerpt != ""


def _is_same_title(before: str, after: str) -> bool:
    """Return True if two titles are one, but for what newswires change when they repeat."""
    if plain_text.title_key(before) == plain_text.title_key(after):
        return True
    return story_key(before) == story_key(after) != ""


def _is_correction(before: str, after: str) -> bool:
    """Return True if `after` corrects the title `before`: letters, but no number."""
    old, new = title_key(before), title_key(after)
    if not old or not new:
        return False
    return numbers(old) == numbers(new) and are_alike(old, new)


def are_two(one: Story, other: Story) -> bool:
    """Return True if two files at one address tell two stories: issues or parts of a newsletter.

    Titles, days and excerpts all differ, or titles and fragments do. A missing field is equal to
    any other.
    """
    if titles_agree(one.title, other.title):
        return False
    if one.fragment != other.fragment:
        return True
    return _days_differ(one, other) and not agree(one.excerpt, other.excerpt)


def titles_agree(one: str, other: str) -> bool:
    """Return True if two titles may stand over one story."""
    if agree(one, other):
        return True
    return story_key(one) == story_key(other) != ""


def digest(story: Story) -> str:
    """Return sixteen hex digits over what `are_two` compares."""
    parts = (
        compared(story.title),
        story.day,
        compared(story.excerpt),
        story.fragment,
    )
    text = "\n".join(parts)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def are_instalments(one: Story, other: Story) -> bool:
    """Return True if two stories are a column's: only outlet and title are the same.

    Another query is not another path. The caller knows whether another outlet carries the title.
    """
    return (
        outlet(one.provider) == outlet(other.provider)
        and urls.path(one.identity) != urls.path(other.identity)
        and _days_differ(one, other)
        and not agree(one.excerpt, other.excerpt)
    )


def outlet(provider: str) -> str:
    """Return an outlet's name as it is compared."""
    return provider.casefold()


class Known(NamedTuple):
    """An article that an address leads to."""

    number: int
    story: Story


def match(
    story: Story,
    *,
    previous: int | None,
    is_same_story: bool,
    is_unchanged: bool = False,
    at_addresses: Iterable[Sequence[Known]],
    has_other_file: Callable[[int], bool],
) -> int | None:
    """Return the article that has an address of a file and tells its `story`.

    None: it is a new one.

    previous: the article that the file described until now; is_same_story: it still tells that
    story. is_unchanged: the file is as it was when it was taken for `previous`, which another file
    owns: that decision is kept, whatever the rules were then. at_addresses: the articles at each
    of its addresses, the most important address first. has_other_file: returns True if another
    file on disk describes an article.

    An article that no other file describes takes on whatever story is at its address now, if it is
    the only one there: a page has been rewritten.
    """
    others: dict[int, None] = {}
    for known in at_addresses:
        numbers = [one.number for one in known]
        if is_unchanged and previous in numbers:
            return previous
        agreeing = [one for one in known if not are_two(one.story, story)]
        if agreeing:
            return _nearest(story, agreeing, previous)
        # the articles here that tell another story
        others |= dict.fromkeys(numbers)
    if previous in others:
        return None if has_other_file(previous) else previous
    if len(others) != 1 or is_same_story:
        return None
    (only,) = others
    return None if has_other_file(only) else only


def _nearest(story: Story, known: Sequence[Known], previous: int | None) -> int:
    """Return the article that a file describes, of several that tell its story.

    Its own if that is one of them.
    """
    for one in known:
        if one.number == previous:
            return one.number
    nearest = min(known, key=partial(_distance, story))
    return nearest.number


def _distance(story: Story, known: Known) -> tuple[bool, bool, bool, int]:
    """Order articles of one story at one address: by title, address, fragment; then the oldest."""
    other = known.story
    return (
        compared(other.title) != compared(story.title),
        other.identity != story.identity,
        other.fragment != story.fragment,
        known.number,
    )


def same_title(title: str, known: Sequence[tuple[str, T]]) -> T | None:
    """Return what belongs to `title` among the articles of one address.

    That is the only one, or the last whose title agrees.
    """
    if len(known) == 1:
        return known[0][1]
    for other, one in reversed(known):
        if agree(title, other):
            return one
    return None


class EarlierStory(NamedTuple):
    """A story that was recorded before: its article and its effective date (milliseconds)."""

    number: int
    date: int
    story: Story


def first_of(
    story: Story, date: int, earlier: Iterable[EarlierStory], outlets: Collection[str]
) -> int | None:
    """Return the article of which `story` is a copy, among those of its title; None: of none.

    date: when it counts as published. outlets: every outlet that carries the title, by `outlet`; a
    column has one.
    """
    own_outlet = outlet(story.provider)
    is_column = all(other == own_outlet for other in outlets)
    nearest_first = sorted(earlier, key=lambda one: (abs(one.date - date), one.number))
    for one in nearest_first:
        is_instalment = is_column and are_instalments(one.story, story)
        if not is_instalment:
            return one.number
    return None


def _days_differ(one: Story, other: Story) -> bool:
    """Return True if both stories have a day, and not the same."""
    are_known = one.day != "" and other.day != ""
    return are_known and one.day != other.day
