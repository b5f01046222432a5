"""Rows of articles: words, addresses, related articles, standing. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from bot.domain import urls
from bot.domain.arrival import Waits
from bot.domain.article import Article, Related, Stored
from bot.domain.record import ArticleRecord
from bot.store import indexing, recording
from bot.store.database import (
    Row,
    exists,
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

_UPDATE = f"""
UPDATE articles SET identity = ?, fingerprint = ?, title_key = ?, title = ?, excerpt = ?, url = ?,
  provider = ?, published = ?, image = ?, quality = ?, heat = ?, kind = ?, unpublished = ?, day = ?,
  ordered = {EFFECTIVE_DATE.format(published="?")}, draft = ?, expires = ?, file = ? WHERE id = ?
"""


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
    sql = f"SELECT * FROM articles WHERE id IN ({marks(len(numbers))})"
    stored: dict[int, Stored] = {}
    for found in rows(db, sql, tuple(numbers)):
        stored[found["id"]] = _stored(db, found)
    return [stored[number] for number in numbers if number in stored]


def at_address(db: Database, text: str) -> int | None:
    """Return the article that a web address leads to; of several the first of `all_at`."""
    return next(iter(all_at(db, text)), None)


def all_at(db: Database, text: str) -> list[int]:
    """Return the articles that a web address leads to, the last recorded first.

    Articles to which only an older address leads are left out if others match by their own; so are
    other parts of the page if one matches by its fragment.
    """
    identity = urls.canonical(text)
    if not identity:
        return []
    part = urls.fragment(text)
    known = recording.at_address(db, identity)
    own = [one for one in known if one.story.identity == identity] or known
    same = [one for one in own if one.story.fragment == part] or own
    numbers = [one.number for one in same]
    return sorted(numbers, reverse=True)


def last(db: Database) -> int:
    """Return the article that was recorded last; 0: there is none."""
    return number(db, "SELECT max(id) FROM articles")


def any_(db: Database) -> bool:
    """Return True once an article was recorded."""
    return exists(db, "SELECT 1 FROM articles LIMIT 1")


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
    new = [(one, number) for one in identities if one not in known]
    recording.add_addresses(db, new)


def successor(db: Database, number: int) -> int:
    """Return the row an article lives on in: its own, or that of the one it was joined to."""
    sql = (
        "SELECT copy_of FROM articles WHERE id = ? AND copy_of IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM aliases WHERE article = articles.id)"
    )
    found = row(db, sql, (number,))
    return successor(db, found["copy_of"]) if found else number


def next_edition(db: Database, number: int) -> int:
    """Open the next edition of an article and return its number."""
    with transaction(db):
        write(db, "UPDATE articles SET edition = edition + 1 WHERE id = ?", (number,))
        found = row(db, "SELECT edition FROM articles WHERE id = ?", (number,))
    return int(found["edition"]) if found else 1


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
