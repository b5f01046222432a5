"""Finds the article that an editor's words name, and what to ask before it is posted.

Changes nothing. A question is asked when the article may not be the one that the editor expects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain import delivery, post_links
from bot.domain.article import Stored, from_short_id
from bot.domain.delivery import Channel
from bot.store import (
    article_files,
    article_lists,
    articles,
    follows,
    post_places,
    search,
)
from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Meant:
    """What an editor's words name."""

    #: One article; several to choose from, the last recorded first; none.
    articles: tuple[Stored, ...] = ()
    #: The file that was named, where a file was.
    file: str = ""
    #: Why that file is not an article now; empty: it is one.
    reason: str = ""
    #: Files of that name which are not articles and never were: (path, reason) each.
    rejected: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What an editor should know before an article is posted, for a tap to confirm."""

    article: Stored
    #: The file that was named; empty: it is the article's own.
    file: str = ""
    #: Why that file is not an article now; empty: it repeats the article's own file.
    reason: str = ""
    #: The article of which this one is a copy.
    first: Stored | None = None
    #: The article was posted before.
    posted: bool = False
    #: The channels that get it, by row number.
    chats: tuple[int, ...] = ()
    #: What the tap sends back: it is open as long as `token` tells the same.
    token: str = ""


def meant(db: Database, words: str) -> Meant:
    """Return what an editor's words name.

    That is `last`, an address (with or without scheme), the address of a post in a channel, a
    file's path or name, a short id, or a whole title.
    """
    words = words.strip().strip("<>\"'“”")
    if words.casefold() == "last":
        newest = article_lists.newest(db)
        return Meant((newest,)) if newest else Meant()
    if found := articles.all_at(db, words) or _by_post(db, words):
        return Meant(_stored(db, found))
    if (by_file := _by_file(db, words)) is not None:
        return by_file
    if found := _by_short_id(db, words) or _by_bare_address(db, words):
        return Meant(_stored(db, found))
    title = search.titled(db, words)
    return Meant(_stored(db, [title] if title is not None else []))


def find(db: Database, words: str) -> Stored | None:
    """Return the article that is meant; of several, the one recorded last."""
    return next(iter(meant(db, words).articles), None)


def question(
    db: Database, named: Meant, at: datetime, channels: Sequence[Channel]
) -> Question | None:
    """Return what to ask before the one article that was named is posted; None: nothing.

    Nothing is asked about an article that will not be posted anyway.
    """
    (stored,) = named.articles
    if stored.withdrawn or has_expired(stored, at):
        return None
    other = bool(named.reason) or (
        stored.path != "" and named.file not in ("", stored.path)
    )
    file = named.file if other else ""
    first = (
        articles.get(db, articles.successor(db, stored.copy_of))
        if stored.copy_of is not None
        else None
    )
    if not (file or first or stored.waits):
        return None
    return Question(
        article=stored,
        file=file,
        reason=named.reason,
        first=first,
        posted=bool(post_places.chats_of(db, stored.id)),
        chats=tuple(chats_for(db, stored, channels)),
        token=token(db, stored),
    )


def token(db: Database, stored: Stored) -> str:
    """Return the state of an article that a question was asked about, short enough for a button."""
    had = post_places.had_edition(db, stored.id)
    is_copy = stored.copy_of is not None
    return f"{stored.short_id}.{stored.edition}.{had:d}{is_copy:d}.{stored.waits}"


def chats_for(db: Database, stored: Stored, channels: Sequence[Channel]) -> list[int]:
    """Return the channels that had an article or whose filters admit it, by row number."""
    admitted = delivery.plan(
        channels, follows.keys_of(db, stored.id), stored.article.quality
    )
    if stored.copy_of is not None:
        return [*admitted]
    had = [
        chat
        for chat in post_places.chats_of(db, stored.id)
        if chat in {channel.chat for channel in channels}
    ]
    return list(dict.fromkeys([*had, *admitted]))


def former_chats(db: Database, article: int, channels: Sequence[Channel]) -> list[int]:
    """Return the channels that have an article and are no longer in the settings."""
    live = {channel.chat for channel in channels}
    return [chat for chat in post_places.chats_of(db, article) if chat not in live]


def has_expired(stored: Stored, at: datetime) -> bool:
    """Return True for an article past its end: it is never posted."""
    return stored.article.expires is not None and stored.article.expires <= at


def _stored(db: Database, numbers: Sequence[int]) -> tuple[Stored, ...]:
    """Return each article once, or its successor if it was merged into another.

    Withdrawn articles are returned only if there are no others.
    """
    found = articles.several(
        db, list(dict.fromkeys(articles.successor(db, one) for one in numbers))
    )
    return tuple([one for one in found if not one.withdrawn] or found)


def _by_file(db: Database, name: str) -> Meant | None:
    """Return what the files of a name tell; None where there is no such file."""
    named = article_files.named(db, name)
    found = _stored(db, [one.article for one in named if one.article is not None][::-1])
    if not found:
        rejected = tuple((one.path, one.reason) for one in named if one.reason)
        return Meant(rejected=rejected) if rejected else None
    if len(found) > 1:
        return Meant(found)
    telling = [one for one in named if one.article is not None]
    own = next((one for one in telling if one.path == found[0].path), telling[0])
    return Meant(found, own.path, own.reason)


def _by_short_id(db: Database, words: str) -> list[int]:
    number = from_short_id(words.removeprefix("#"))
    return [number] if number is not None and articles.get(db, number) else []


def _by_post(db: Database, words: str) -> list[int]:
    """Return the article of a post, by its address in Telegram: `https://t.me/news/5`."""
    link = post_links.read(words)
    if link is None:
        return []
    return post_places.articles_of_post(db, *link)


def _by_bare_address(db: Database, words: str) -> list[int]:
    """Return the articles at an address without its scheme: `example.org/story`."""
    words = words.removeprefix("//")
    host = words.partition("/")[0]
    return (
        articles.all_at(db, f"https://{words}")
        if "." in host and not any(map(str.isspace, words))
        else []
    )
