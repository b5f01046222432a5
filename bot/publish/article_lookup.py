"""Looks up the article that an editor's words name. Changes nothing, and asks nothing back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain import post_links
from bot.domain.article import Stored, from_short_id
from bot.store import article_files, article_lists, articles, post_places, search
from bot.store.article_files import Named as NamedFile
from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class NamedArticles:
    """What an editor's words name."""

    #: One article; several to choose from, the last recorded first; none.
    articles: tuple[Stored, ...] = ()
    #: The file that was named, where a file was.
    file: str = ""
    #: Why that file is not an article now; empty: it is one.
    reason: str = ""
    #: Files of that name which are not articles and never were: (path, reason) each.
    rejected: tuple[tuple[str, str], ...] = ()


def look_up(db: Database, words: str) -> NamedArticles:
    """Return what an editor's words name.

    That is `last`, an address (with or without scheme), the address of a post in a channel, a
    file's path or name, a short id, or a whole title.
    """
    words = words.strip().strip("<>\"'“”")
    if words.casefold() == "last":
        newest = article_lists.newest(db)
        if newest is None:
            return NamedArticles()
        return NamedArticles((newest,))
    numbers = articles.all_at(db, words) or _by_post(db, words)
    if not numbers:
        by_file = _by_file(db, words)
        if by_file is not None:
            return by_file
        numbers = _by_short_id(db, words) or _by_bare_address(db, words)
    if not numbers:
        numbers = _by_title(db, words)
    return NamedArticles(_stored(db, numbers))


def _stored(db: Database, numbers: Sequence[int]) -> tuple[Stored, ...]:
    """Return each article once, or its successor if it was merged into another.

    Withdrawn articles are returned only if there are no others.
    """
    successors: list[int] = []
    for number in numbers:
        successor = articles.successor(db, number)
        if successor not in successors:
            successors.append(successor)
    found = articles.several(db, successors)
    living = [one for one in found if not one.withdrawn]
    return tuple(living or found)


def _by_file(db: Database, name: str) -> NamedArticles | None:
    """Return what the files of a name are; None where there is no such file."""
    files = article_files.named(db, name)
    read: dict[str, NamedFile] = {}
    numbers: list[int] = []
    rejected: list[tuple[str, str]] = []
    for file in files:
        if file.article is not None:
            read[file.path] = file
            numbers.append(file.article)
        if file.reason:
            rejected.append((file.path, file.reason))
    found = _stored(db, numbers[::-1])
    if len(found) > 1:
        return NamedArticles(found)
    if found:
        first, *_ = read.values()
        file = read.get(found[0].path, first)
        return NamedArticles(found, file.path, file.reason)
    if rejected:
        return NamedArticles(rejected=tuple(rejected))
    return None


def _by_short_id(db: Database, words: str) -> list[int]:
    number = from_short_id(words.removeprefix("#"))
    if number is None or articles.get(db, number) is None:
        return []
    return [number]


def _by_post(db: Database, words: str) -> list[int]:
    """Return the article of a post, by its address in Telegram: `https://t.me/news/5`."""
    link = post_links.read(words)
    if link is None:
        return []
    return post_places.articles_of_post(db, *link)


def _by_bare_address(db: Database, words: str) -> list[int]:
    """Return the articles at an address without its scheme: `example.org/story`."""
    words = words.removeprefix("//")
    host, *_ = words.split("/")
    if "." not in host:
        return []
    if len(words.split()) > 1:
        return []
    return articles.all_at(db, f"https://{words}")


def _by_title(db: Database, words: str) -> list[int]:
    number = search.titled(db, words)
    if number is None:
        return []
    return [number]
