"""Which article a file tells: a new one, a known one, a copy, or two that turn out to be one.

Pure: the facts come in as arguments. The rules are in docs/architecture.md, Identity.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from enum import StrEnum
from functools import lru_cache, partial
from typing import NamedTuple, TypeVar

from rapidfuzz import fuzz

from bot.domain import plain_text, urls
from bot.domain.article import Article, Story, is_without_spaces, story, story_key, tells

T = TypeVar("T")
#: Per cent of two titles' letters that agree where one is a correction of the other.
ALIKE = 90
#: Characters of two texts that are weighed against each other; what a reader is shown of an excerpt is shorter.
_LOOKED_AT = 1_000
_NUMBER = re.compile(r"\d+")
# What one version takes for markup and another for words: tags, and the marks of a CDATA section.
_MARKUP = re.compile(r"<!\[CDATA\[|\]\]>|<[^<>]*>")


class Relation(StrEnum):
    """What recording a file means."""

    NEW = "new"  # a story nobody told before
    COPY = "copy"  # another address tells a story we have: recorded, not posted
    OWN = "own"  # the file that owns the article tells it again
    OTHER = "other"  # another living file owns it: recorded, not shown
    MOVED = "moved"  # the same story at a new address, which the old one leads to
    MERGED = "merged"  # two articles were one all along: nothing is posted


def judge(
    *, mine: int | None, match: int | None, owner: str | None, path: str, same_title: bool, first: int | None
) -> Relation:
    """Return what the file `path` means.

    mine: the article it told until now. match: the article that has its address and tells its story (`at_address`).
    owner: the living file that owns that article (`match`, else `mine`). same_title: by its title it still tells the
    story of `mine` (`is_same_story`). first: an earlier article of this title, near in time.

    A file that takes over another article's title *and* address has been rewritten to tell that one; joining the two
    would turn the posts of the first into posts of a story they have nothing to do with.
    """
    if match is not None and mine is not None and match != mine and same_title:
        return Relation.MERGED
    if match is not None:
        return Relation.OWN if owner in (None, "", path) else Relation.OTHER
    if mine is not None and same_title:
        return Relation.MOVED if owner in (None, "", path) else Relation.OTHER
    return Relation.NEW if first is None else Relation.COPY


def is_same_story(before: Article, after: Article) -> bool:
    """Say whether a file that told `before` and now tells `after`, be it at another address, goes on with one story.

    It does under the same title, unless that is a column's; also under a corrected one, if whose it is or what it says,
    and the day, are the same. A daily brief in a file that is written anew each day has another date or number in it,
    and is another story.
    """
    old, new = plain_text.title_key(before.title), plain_text.title_key(after.title)
    if old == new or (after.story_key and before.story_key == after.story_key):
        return not are_instalments(story(before), story(after))
    if not (tells(old) and tells(new)) or _NUMBER.findall(old) != _NUMBER.findall(new):
        return False
    same_source = before.provider == after.provider or before.excerpt == after.excerpt != ""
    return same_source and story(before).day == story(after).day and fuzz.ratio(old, new, score_cutoff=ALIKE) > 0


def are_two(one: Story, other: Story) -> bool:
    """Return True if what two files tell at one address is two stories: a newsletter's fixed page, or two of its parts.

    Titles, days and excerpts all differ, or the fragments and the titles do. A field that is missing differs from none.
    """
    if titles_agree(one.title, other.title):
        return False
    return one.fragment != other.fragment or (_days_differ(one, other) and not _agree(one.excerpt, other.excerpt))


def titles_agree(one: str, other: str) -> bool:
    """Return True if two titles may stand over one story."""
    return _agree(one, other) or story_key(one) == story_key(other) != ""


def digest(story: Story) -> str:
    """Return sixteen hex digits over what `are_two` compares."""
    seen = (_compared(story.title), story.day, _compared(story.excerpt), story.fragment)
    return hashlib.blake2b("\n".join(seen).encode(), digest_size=8).hexdigest()


def are_instalments(one: Story, other: Story) -> bool:
    """Return True if two stories under one title are a column's: of one outlet, but for the title nothing is the same.

    Another query is not another path. Whether another outlet carries the title too is for the caller to know.
    """
    return (
        outlet(one.provider) == outlet(other.provider)
        and urls.path(one.identity) != urls.path(other.identity)
        and _days_differ(one, other)
        and not _agree(one.excerpt, other.excerpt)
    )


def outlet(provider: str) -> str:
    """Return an outlet's name as it is compared."""
    return provider.casefold()


class Known(NamedTuple):
    """An article that an address leads to."""

    number: int
    story: Story


def match(
    told: Story,
    *,
    mine: int | None,
    goes_on: bool,
    is_unchanged: bool = False,
    there: Iterable[Sequence[Known]],
    elsewhere: Callable[[int], bool],
) -> int | None:
    """Return the article that has an address of `told` and tells its story; None where it is a story of its own.

    mine: the article its file told until now; goes_on: it still tells that one's story. is_unchanged: it tells what it
    told when it was taken for `mine`, which another file owns: that stands, whatever the rules were then. there: the
    articles at each of its addresses, the most important address first. elsewhere: whether another file on disk tells
    an article.

    An article that no other file tells goes on with whatever story is at its address now, if it is the only one there:
    a page has been rewritten.
    """
    others: dict[int, None] = {}
    for known in there:
        if is_unchanged and mine in {one.number for one in known}:
            return mine
        if agreeing := [one for one in known if not are_two(one.story, told)]:
            return (
                mine if mine in {one.number for one in agreeing} else min(agreeing, key=partial(_distance, told)).number
            )
        others |= dict.fromkeys(one.number for one in known)
    if mine in others:
        return None if elsewhere(mine) else mine
    only = next(iter(others), None)
    return None if only is None or len(others) > 1 or goes_on or elsewhere(only) else only


def _distance(told: Story, known: Known) -> tuple[bool, bool, bool, int]:
    """Order articles that tell one story at one address: title, address, fragment; then the one that was first."""
    story = known.story
    return (
        _compared(story.title) != _compared(told.title),
        story.identity != told.identity,
        story.fragment != told.fragment,
        known.number,
    )


def same_title(title: str, known: Sequence[tuple[str, T]]) -> T | None:
    """Return what belongs to `title` among the articles of one address: the only one, or the last that agrees."""
    if len(known) == 1:
        return known[0][1]
    return next((one for other, one in reversed(known) if _agree(title, other)), None)


class Told(NamedTuple):
    """A story under some title that was recorded before: its article and its moment in milliseconds."""

    number: int
    when: int
    story: Story


def first_of(told: Story, when: int, before: Iterable[Told], outlets: Collection[str]) -> int | None:
    """Return the article of which `told` is a copy, among those of its title near enough in time; None: of none.

    outlets: every outlet that carries the title, by `outlet`; a column has one.
    """
    is_column = set(outlets) <= {outlet(told.provider)}
    nearest = sorted(before, key=lambda one: (abs(one.when - when), one.number))
    return next((one.number for one in nearest if not (is_column and are_instalments(one.story, told))), None)


def reads_alike(before: Article, after: Article) -> bool:
    """Return True if an unchanged file, read by two versions of ours, may have given these two articles.

    Versions differ in repair, markup, merge keys: words or topics come or go, a picture is found, the day is another
    time zone's. Other words in the place of those before are the source's doing.
    """
    return (
        _is_within(before.title, after.title)
        and _is_within(before.excerpt, after.excerpt)
        and _is_within(before.provider, after.provider)
        and urls.canonical(before.url) == urls.canonical(after.url)
        and _holds_the_other(before.topics, after.topics)
        and _holds_the_other([one.title for one in before.related], [one.title for one in after.related])
        and before.image in (None, after.image)
        and _days_apart(before, after) <= 1
    )


def _holds_the_other(before: Iterable[str], after: Iterable[str]) -> bool:
    first, then = (set(map(plain_text.title_key, names)) for names in (before, after))
    return first <= then or then <= first


def _days_apart(before: Article, after: Article) -> int:
    if before.published is None or after.published is None:
        return 0 if before.published == after.published else 2
    return abs((before.published.date() - after.published.date()).days)


def _days_differ(one: Story, other: Story) -> bool:
    return "" not in (one.day, other.day) and one.day != other.day


def _agree(one: str, other: str) -> bool:
    """Return True if two texts say one thing: one is contained in the other, or they are 90 % alike.

    A number is never a slip: "Letter 41" and "Letter 42" do not agree.
    """
    first, second = sorted((_compared(one), _compared(other)), key=len)
    if _contains(second, first):
        return True
    first, second = first[:_LOOKED_AT], second[:_LOOKED_AT]
    return _numbers(first) == _numbers(second) and fuzz.ratio(first, second, score_cutoff=ALIKE) > 0


def _contains(text: str, part: str) -> bool:
    """Return True if `part` stands in `text` as words of its own; in a script without spaces, anywhere."""
    if part not in text:
        return False
    return (
        not part or f" {part} " in f" {text} " or (is_without_spaces(part) and {*_numbers(part)} <= {*_numbers(text)})
    )


def _is_within(one: str, other: str) -> bool:
    """Return True if all words of the shorter text stand in the longer one, in their order; markup does not count."""
    plain = (_compared(_MARKUP.sub(" ", text)).split() for text in (one, other))
    shorter, longer = sorted(plain, key=len)
    rest = iter(longer)
    return all(word in rest for word in shorter)


@lru_cache(1_024)
def _compared(text: str) -> str:
    return plain_text.title_key(text)


@lru_cache(1_024)
def _numbers(text: str) -> tuple[str, ...]:
    return tuple(_NUMBER.findall(text))
