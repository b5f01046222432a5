"""Whether two versions of Paperboy may have read one unchanged file differently. Pure.

After an upgrade nothing is edited whose file did not change (docs/architecture.md, Identity).
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain import plain_text, urls
from bot.domain.article import Article, Related
from bot.domain.likeness import is_within


def reads_alike(before: Article, after: Article) -> bool:
    """Return True if two versions of ours may have read these two articles from one unchanged file.

    Versions differ in repair, markup and merge keys: words or topics are added or removed, a
    picture is found, the day is that of another time zone. Words that replace others come from the
    source.
    """
    return (
        is_within(before.title, after.title)
        and is_within(before.excerpt, after.excerpt)
        and is_within(before.provider, after.provider)
        and urls.canonical(before.url) == urls.canonical(after.url)
        and _is_subset_or_superset(before.topics, after.topics)
        and _is_subset_or_superset(_titles(before.related), _titles(after.related))
        and before.image in (None, after.image)
        and _days_apart(before, after) <= 1
    )


def _titles(related: Iterable[Related]) -> list[str]:
    return [one.title for one in related]


def _is_subset_or_superset(before: Iterable[str], after: Iterable[str]) -> bool:
    """Return True if names were added or removed, but none replaced."""
    old = _keys(before)
    new = _keys(after)
    return old <= new or new <= old


def _keys(names: Iterable[str]) -> set[str]:
    return {plain_text.title_key(name) for name in names}


def _days_apart(before: Article, after: Article) -> int:
    """Return how many days are between two dates; 2 if only one is known, 0 if none is."""
    old, new = before.published, after.published
    if old is None or new is None:
        return 0 if old is new else 2
    difference = old.date() - new.date()
    return abs(difference.days)
