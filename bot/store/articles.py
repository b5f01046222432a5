"""Rows of articles: words, addresses, related articles, standing. Decides nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain import urls
from bot.domain.arrival import ASKED, Waits
from bot.domain.article import Article, Related, Stored
from bot.domain.record import ArticleRecord
from bot.store import holding, indexing, recording
from bot.store.database import (
    Row,
    marks,
    maybe,
    moment,
    number,
    row,
    rows,
    transaction,
    write,
)
from bot.store.recording import EFFECTIVE_DATE

#: What readers may see.
VISIBLE = "held = 0 AND withdrawn = 0 AND copy_of IS NULL"
_UPDATE = f"""
UPDATE articles SET identity = ?, fingerprint = ?, title_key = ?, title = ?, excerpt = ?, url = ?,
  provider = ?, published = ?, image = ?, quality = ?, heat = ?, kind = ?, unpublished = ?, day = ?,
  ordered = {EFFECTIVE_DATE.format(published="?")}, draft = ?, expires = ?, file = ? WHERE id = ?
"""


#: The newest articles among which a topic's newest are searched first.
_SCANNED = 2_000
_LATEST_OF = f"""
SELECT id FROM (
  SELECT id, ordered FROM articles WHERE {VISIBLE} ORDER BY ordered DESC, id DESC LIMIT ?)
WHERE EXISTS (SELECT 1 FROM article_topics WHERE article = id AND topic = ?)
ORDER BY ordered DESC, id DESC LIMIT ?
"""
_LATEST_OF_ALL = f"""
SELECT id FROM articles
WHERE {VISIBLE} AND id IN (SELECT article FROM article_topics WHERE topic = ?)
ORDER BY ordered DESC, id DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that a channel may start with."""

    id: int
    quality: int
    ordered: datetime


def update(db: Database, number: int, record: ArticleRecord, *, path: str) -> None:
    """Write an article's new words over the old; every old address stays an alias."""
    with transaction(db):
        indexing.replace(db, number, recording.searched(record.columns))
        write(
            db,
            _UPDATE,
            (
                *record.columns,
                record.published,
                record.draft,
                record.expires,
                path,
                number,
            ),
        )
        recording.set_related(db, number, record.related)
        add_addresses(db, number, record.addresses)


def get(db: Database, number: int) -> Stored | None:
    """Return one article, or None."""
    found = row(db, "SELECT * FROM articles WHERE id = ?", (number,))
    return _stored(db, found) if found else None


def several(db: Database, numbers: Sequence[int]) -> list[Stored]:
    """Return the articles with these row numbers, in that order."""
    found = {
        one["id"]: one
        for one in rows(
            db,
            f"SELECT * FROM articles WHERE id IN ({marks(len(numbers))})",
            tuple(numbers),
        )
    }
    return [_stored(db, found[number]) for number in numbers if number in found]


def at_address(db: Database, text: str) -> int | None:
    """Return the article that a web address leads to; of several the first of `all_at`."""
    return next(iter(all_at(db, text)), None)


def all_at(db: Database, text: str) -> list[int]:
    """Return the articles that a web address leads to, the last recorded first.

    Articles to which only an older address leads are left out if others match by their own; so are
    other parts of the page if one matches by its fragment.
    """
    identity, part = urls.canonical(text), urls.fragment(text)
    known = recording.at(db, identity) if identity else []
    found = [one for one in known if one.story.identity == identity] or known
    found = [one for one in found if one.story.fragment == part] or found
    return sorted((one.number for one in found), reverse=True)


def latest(db: Database, topic: int | None = None, most: int = 10) -> list[Stored]:
    """Return the newest visible articles, newest first; `topic` (a row): only of that topic."""
    if topic is None:
        sql = f"SELECT id FROM articles WHERE {VISIBLE} ORDER BY ordered DESC, id DESC LIMIT ?"
        found = rows(db, sql, (most,))
    else:  # mostly they are among the last recorded, so that a large topic need not be sorted
        found = rows(db, _LATEST_OF, (_SCANNED, topic, most))
        found = found if len(found) == most else rows(db, _LATEST_OF_ALL, (topic, most))
    return several(db, [one["id"] for one in found])


def last(db: Database) -> int:
    """Return the article that was recorded last; 0: there is none."""
    return number(db, "SELECT max(id) FROM articles")


def any_(db: Database) -> bool:
    """Return True once an article was recorded."""
    return row(db, "SELECT 1 FROM articles LIMIT 1") is not None


def newest(db: Database) -> Stored | None:
    """Return the article that was posted or recorded last: what `/republish last` means."""
    found = row(
        db,
        "SELECT a.id FROM articles a LEFT JOIN deliveries d ON d.article = a.id "
        "AND d.state = 'sent' AND d.lane = 0 "
        f"WHERE {VISIBLE} GROUP BY a.id "
        "ORDER BY max(d.settled_sequence) DESC NULLS LAST, a.ordered DESC, a.id DESC LIMIT 1",
    )
    return get(db, found["id"]) if found else None


def candidates(db: Database) -> list[Candidate]:
    """Return every article that readers can find and that may go out, oldest first."""
    sql = (
        f"SELECT id, quality, ordered FROM articles WHERE {VISIBLE} AND waits = '' "
        "ORDER BY ordered, id"
    )
    return [
        Candidate(one["id"], one["quality"], moment(one["ordered"]))
        for one in rows(db, sql)
    ]


def set_withdrawn(db: Database, number: int, withdrawn: bool) -> None:
    """Mark an article as taken back by its source, or as back again."""
    write(db, "UPDATE articles SET withdrawn = ? WHERE id = ?", (withdrawn, number))


def set_copy_of(db: Database, number: int, first: int | None) -> None:
    """Mark an article as a copy of another (which is never a copy itself), or as one of its own."""
    write(db, "UPDATE articles SET copy_of = ? WHERE id = ?", (first, number))


def set_file(db: Database, number: int, path: str | None) -> None:
    """Name the file that owns an article; None when none lives."""
    write(db, "UPDATE articles SET file = ? WHERE id = ?", (path, number))


def add_addresses(
    db: Database, number: int, identities: Sequence[str], *, shared: bool = True
) -> None:
    """Add canonical addresses to an article; unless `shared`, only those of no article yet."""
    known = set() if shared else recording.known(db, identities)
    recording.add_addresses(
        db, [(identity, number) for identity in identities if identity not in known]
    )


def successor(db: Database, number: int) -> int:
    """Return the row an article lives on in: its own, or that of the one it was joined to."""
    sql = (
        "SELECT copy_of FROM articles WHERE id = ? AND copy_of IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM aliases WHERE article = articles.id)"
    )
    found = row(db, sql, (number,))
    return successor(db, found["copy_of"]) if found else number


def held(db: Database, numbers: Sequence[int], *, drafts: bool = False) -> list[int]:
    """Return the subset of articles whose files say that they are not published.

    drafts: drafts too.
    """
    waits = "('editor', 'draft')" if drafts else "('editor')"
    sql = (
        f"SELECT id FROM articles WHERE waits IN {waits} AND id IN (SELECT value "
        "FROM json_each(?)) ORDER BY id"
    )
    return (
        [found["id"] for found in rows(db, sql, (json.dumps([*numbers]),))]
        if numbers
        else []
    )


def next_edition(db: Database, number: int) -> int:
    """Open the next edition of an article and return its number."""
    with transaction(db):
        write(db, "UPDATE articles SET edition = edition + 1 WHERE id = ?", (number,))
        found = row(db, "SELECT edition FROM articles WHERE id = ?", (number,))
    return int(found["edition"]) if found else 1


def apart(
    db: Database, most: int = 20, *, drafts: bool = False
) -> tuple[list[Stored], list[tuple[Stored, Stored]]]:
    """Return what editors may decide on, newest first: waiting articles, and copies with originals.

    drafts: drafts too. An article that was merged into another is not a copy of it.
    """
    undecided = (*ASKED, Waits.DRAFT) if drafts else ASKED
    held = several(db, holding.waiting(db, undecided, most))
    pairs = []
    sql = (
        "SELECT id, copy_of FROM articles WHERE copy_of IS NOT NULL AND withdrawn = 0 "
        "AND EXISTS (SELECT 1 FROM aliases WHERE article = articles.id) ORDER BY id DESC LIMIT ?"
    )
    for one in rows(db, sql, (most,)):
        copy, first = get(db, one["id"]), get(db, one["copy_of"])
        if copy and first:
            pairs.append((copy, first))
    return held, pairs


def _stored(db: Database, found: Row) -> Stored:
    return Stored(
        id=found["id"],
        article=_article(db, found),
        recorded=moment(found["recorded"]),
        waits=Waits(found["waits"]),
        withdrawn=bool(found["withdrawn"]),
        copy_of=found["copy_of"],
        edition=found["edition"],
        fingerprint=found["fingerprint"],
        path=found["file"] or "",
        sequence=found["sequence"],
    )


def _article(db: Database, found: Row) -> Article:
    number = found["id"]
    aliases = rows(
        db,
        "SELECT identity FROM aliases WHERE article = ? ORDER BY identity",
        (number,),
    )
    topics = rows(
        db,
        "SELECT name FROM article_topics JOIN topics ON topics.id = topic "
        "WHERE article = ? AND position IS NOT NULL ORDER BY position",
        (number,),
    )
    related = rows(
        db, "SELECT * FROM related WHERE article = ? ORDER BY position", (number,)
    )
    return Article(
        identity=found["identity"],
        url=found["url"],
        title=found["title"],
        aliases=tuple(
            one["identity"] for one in aliases if one["identity"] != found["identity"]
        ),
        excerpt=found["excerpt"],
        provider=found["provider"],
        published=maybe(found["published"]),
        day=found["day"],
        topics=tuple(one["name"] for one in topics),
        image=found["image"],
        related=tuple(map(_related, related)),
        quality=found["quality"],
        heat=found["heat"],
        kind=found["kind"],
        unpublished=bool(found["unpublished"]),
        removed=bool(found["withdrawn"]),
        draft=bool(found["draft"]),
        expires=maybe(found["expires"]),
    )


def _related(found: Row) -> Related:
    return Related(
        identity=found["identity"],
        url=found["url"],
        title=found["title"],
        provider=found["provider"],
        excerpt=found["excerpt"],
        published=maybe(found["published"]),
        quality=found["quality"],
    )
