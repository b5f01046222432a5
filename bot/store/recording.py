"""Writes new articles, many at once, with their addresses, related articles and search index.

Also finds what the recorder compares a file with. Decides nothing; see `ingest.recorder`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlite_utils import Database

from bot.domain.arrival import HIDDEN, Waits
from bot.domain.article import Story, effective_date
from bot.domain.identity import EarlierStory, Known, outlet
from bot.domain.record import ArticleRecord, Columns, RelatedRecord, day
from bot.store import indexing, sequence
from bot.store.database import marks, milliseconds, number, rows, transaction
from bot.store.database import write as write_one


class _State(NamedTuple):
    """The columns of a new row of `articles` that say whether it is shown."""

    waits: str
    held: int
    draft: int
    expires: int | None
    withdrawn: int
    copy_of: int | None


def _insert(table: str, columns: Sequence[str]) -> str:
    """Return the SQL that writes a row of these columns."""
    names = ", ".join(columns)
    return f"INSERT INTO {table} ({names}) VALUES ({marks(len(columns))})"


_ARTICLE = _insert(
    "articles",
    (
        "id",
        *Columns._fields,
        "recorded",
        "ordered",
        *_State._fields,
        "file",
        "sequence",
    ),
)
_RELATED = _insert("related", ("article", "position", *RelatedRecord._fields))
_ADDRESS = (
    "INSERT INTO aliases (identity, article) VALUES (?, ?) ON CONFLICT DO NOTHING"
)
#: SQL for `article.effective_date` of a row that is there; {published} is its date in milliseconds.
EFFECTIVE_DATE = "min(coalesce({published}, recorded), recorded)"
#: What `Story` is made of.
_STORY = "a.identity, a.url, a.title, a.excerpt, a.provider, a.published"
#: Most articles read of one address: more are a folder that gives all of its files the same one.
MOST_AT_ONE_ADDRESS = 200


class Entry(NamedTuple):
    """A new article under its row number, and where it stands."""

    number: int
    record: ArticleRecord
    path: str
    waits: Waits = Waits.NOTHING
    copy_of: int | None = None


def next_number(db: Database) -> int:
    """Return the row number of the next new article; those after it follow one by one."""
    return number(db, "SELECT max(id) FROM articles") + 1


def write(db: Database, entries: Sequence[Entry], at: datetime) -> int:
    """Write new articles without their topics and files' rows.

    Return the first of their sequence numbers, which rise by one.
    """
    recorded = milliseconds(at)
    with transaction(db):
        first = sequence.take(db, len(entries))
        db.conn.executemany(
            _ARTICLE,
            [
                (*_row(entry, recorded), place)
                for place, entry in enumerate(entries, first)
            ],
        )
        texts = [(entry.number, searched(entry.record.columns)) for entry in entries]
        # Not by a trigger: in one, FTS5 writes a segment for each row and merges them all later.
        indexing.add(db, texts)
        addresses, related = [], []
        for entry in entries:
            addresses += [(address, entry.number) for address in entry.record.addresses]
            related += _numbered(entry.number, entry.record.related)
        add_addresses(db, addresses)
        db.conn.executemany(_RELATED, related)
    return first


def add_addresses(db: Database, addresses: Iterable[tuple[str, int]]) -> None:
    """Let canonical addresses lead to articles, also where they lead to others already."""
    with transaction(db):
        db.conn.executemany(_ADDRESS, addresses)


def set_related(db: Database, number: int, related: Sequence[RelatedRecord]) -> None:
    """Write an article's related articles in the place of those it had."""
    with transaction(db):
        db.conn.execute("DELETE FROM related WHERE article = ?", (number,))
        db.conn.executemany(_RELATED, _numbered(number, related))


def known(db: Database, addresses: Iterable[str]) -> set[str]:
    """Return the subset of these canonical addresses that lead to an article."""
    sql = "SELECT identity FROM aliases WHERE identity IN (SELECT value FROM json_each(?))"
    return {found["identity"] for found in rows(db, sql, (json.dumps([*addresses]),))}


def at_address(db: Database, address: str) -> list[Known]:
    """Return the articles that a canonical address leads to, the last recorded first."""
    sql = (
        f"SELECT a.id, {_STORY} FROM aliases JOIN articles a ON a.id = aliases.article "
        "WHERE aliases.identity = ? ORDER BY aliases.article DESC LIMIT ?"
    )
    return [
        Known(one[0], _story(*one[1:]))
        for one in rows(db, sql, (address, MOST_AT_ONE_ADDRESS))
    ]


def titles(
    db: Database, keys: Iterable[str], since: int, until: int
) -> dict[str, list[EarlierStory]]:
    """Return story key → articles between two moments (milliseconds), first come first.

    Left out are copies, withdrawn articles, drafts, and what is not due yet or has expired.
    """
    sql = (
        f"SELECT a.title_key, a.id, a.ordered, {_STORY} FROM articles a "
        "WHERE title_key IN (SELECT value FROM json_each(?)) "
        "AND title_key <> '' AND ordered BETWEEN ? AND ? AND copy_of IS NULL AND withdrawn = 0 "
        "AND waits NOT IN ('draft', 'future', 'expired') ORDER BY id"
    )
    found: dict[str, list[EarlierStory]] = {}
    for key, one, ordered, *story in rows(db, sql, (json.dumps([*keys]), since, until)):
        found.setdefault(key, []).append(EarlierStory(one, ordered, _story(*story)))
    return found


def outlets(db: Database, keys: Iterable[str]) -> dict[str, set[str]]:
    """Return story key → one or two outlets (as `identity.outlet`) that carry the title.

    Two where there are two or more.
    """
    carried = (
        "SELECT provider FROM articles "
        "WHERE title_key = value AND title_key <> '' AND withdrawn = 0 ORDER BY"
    )
    sql = (
        f"SELECT value, ({carried} provider COLLATE NOCASE LIMIT 1), "
        f"({carried} provider COLLATE NOCASE DESC LIMIT 1) FROM json_each(?)"
    )
    found = rows(db, sql, (json.dumps([*keys]),))
    return {
        key: {outlet(one) for one in several if one is not None}
        for key, *several in found
    }


def add_topics(db: Database, carried: Iterable[tuple[int, int, int | None]]) -> None:
    """Write topics of articles that have none.

    (article, topic, its position in the document or None for a wider topic) each.
    """
    sql = "INSERT INTO article_topics (article, topic, position) VALUES (?, ?, ?)"
    with transaction(db):
        db.conn.executemany(sql, carried)


def remove_topics(db: Database, article: int) -> None:
    """Remove an article's topics."""
    write_one(db, "DELETE FROM article_topics WHERE article = ?", (article,))


def _row(entry: Entry, recorded: int) -> tuple[object, ...]:
    """Return an article's row but for its sequence number, in the order of `_ARTICLE`."""
    record, waits = entry.record, entry.waits
    ordered = effective_date(record.published, recorded)
    state = _State(
        waits=str(waits),
        held=int(waits in HIDDEN),
        draft=int(record.draft),
        expires=record.expires,
        withdrawn=int(record.removed),
        copy_of=entry.copy_of,
    )
    return (entry.number, *record.columns, recorded, ordered, *state, entry.path)


def searched(columns: Columns) -> tuple[str, str, str]:
    """Return the texts that people search in."""
    return columns.title, columns.excerpt, columns.provider


def _story(
    identity: str,
    url: str,
    title: str,
    excerpt: str,
    provider: str,
    published: int | None,
) -> Story:
    return Story(identity, url, title, excerpt, provider, day(published))


def _numbered(
    number: int, related: Iterable[RelatedRecord]
) -> list[tuple[object, ...]]:
    return [(number, position, *one) for position, one in enumerate(related)]
