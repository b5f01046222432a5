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

    Versions differ in repair, markup, merge keys and the names of fields: words or topics are added
    or removed, a picture, an outlet or a date is found, the day is that of another time zone. Words
    that replace others come from the source.
    """
    return (
        is_within(before.title, after.title)
        and is_within(before.excerpt, after.excerpt)
        and _has_like_outlet(before, after)
        and urls.canonical(before.url) == urls.canonical(after.url)
        and _is_subset_or_superset(before.topics, after.topics)
        and _is_subset_or_superset(_titles(before.related), _titles(after.related))
        and before.image in (None, after.image)
        and _has_like_date(before, after)
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


def _has_like_outlet(before: Article, after: Article) -> bool:
    """Return True if the outlet was unknown, and its host stood for it, or it was corrected."""
    if before.provider == urls.host(before.url):
        return True
    return is_within(before.provider, after.provider)


def _has_like_date(before: Article, after: Article) -> bool:
    """Return True if there was no date, or the days differ no more than by the time zone."""
    old, new = before.published, after.published
    if old is None:
        return True
    if new is None:
        return False
    difference = old.date() - new.date()
    return abs(difference.days) <= 1
