"""Step 0006: normalises old identities, and merges articles that then share an address.

Nothing is posted, edited or deleted for it: where both were posted, both posts stay. Its SQL is its
own, since that of `store.merging` will go on to follow the schema.
"""

from __future__ import annotations

from sqlite_utils import Database

from bot.domain import identity
from bot.domain.article import Story
from bot.domain.record import day
from bot.domain.titles import story_key
from bot.domain.urls import canonical

#: Of two articles that become one, the one that is kept: what readers can see, with a living file,
#: recorded first.
_SHARING = """
SELECT id, identity, url, title, excerpt, provider, published FROM articles
WHERE id IN (SELECT article FROM aliases WHERE identity = ?)
ORDER BY withdrawn, held, file IS NULL, copy_of IS NOT NULL, id
"""
_JOIN = """
UPDATE OR IGNORE aliases SET article = :kept WHERE article = :other;
DELETE FROM aliases WHERE article = :other;
UPDATE files SET article = :kept WHERE article = :other;
UPDATE articles SET edition = max(edition, (SELECT o.edition FROM articles o WHERE o.id = :other)),
  copy_of = (SELECT k.copy_of FROM articles k JOIN articles o ON o.id = :other
             WHERE k.id = :kept AND k.copy_of <> o.id AND o.copy_of <> k.id) WHERE id = :kept;
UPDATE articles SET copy_of = coalesce((SELECT copy_of FROM articles WHERE id = :kept), :kept)
WHERE copy_of = :other AND id <> :kept;
UPDATE articles SET copy_of = :kept, file = NULL WHERE id = :other;
DELETE FROM deliveries
WHERE article = :kept AND state NOT IN ('sending', 'doubtful', 'sent') AND EXISTS (
  SELECT 1 FROM deliveries o WHERE o.article = :other AND o.chat = deliveries.chat
  AND o.edition = deliveries.edition AND o.state IN ('sending', 'doubtful', 'sent'));
UPDATE OR IGNORE deliveries SET article = :kept WHERE article = :other;
UPDATE deliveries SET state = 'skipped' WHERE article = :other AND state IN ('pending', 'held');
UPDATE OR REPLACE forms SET form = (SELECT fingerprint FROM articles WHERE id = :kept)
WHERE form = (SELECT fingerprint FROM articles WHERE id = :other)
  AND delivery IN (SELECT id FROM deliveries WHERE article = :kept);
UPDATE deliveries SET form = (SELECT fingerprint FROM articles WHERE id = :kept)
WHERE article = :kept AND form = (SELECT fingerprint FROM articles WHERE id = :other);
UPDATE OR IGNORE fanouts SET article = :kept WHERE article = :other;
DELETE FROM fanouts WHERE article = :other
"""


def normalise(db: Database) -> None:
    """Bring a database's addresses and title keys to the rules of today.

    A post that passes to another article by it counts as showing that one, so that no edit is due.
    A file that was taken for another file's article until now stays so as long as it tells what it
    tells now.
    """
    for table, key in (
        ("aliases", "article"),
        ("articles", "id"),
        ("related", "article, position"),
    ):
        _readdress(db, table, key)
    _rekey(db)
    _join(db)
    owner = "SELECT file FROM articles WHERE id = files.article"
    sql = f"UPDATE files SET story = '?' WHERE path <> ({owner})"
    db.execute(sql)


def _readdress(db: Database, table: str, key: str) -> None:
    changed = []
    for before, *row in db.execute(f"SELECT identity, {key} FROM {table}").fetchall():
        after = canonical(before)
        if after and after != before:
            changed.append((after, before, *row))
    where = " AND ".join(f"{column} = ?" for column in ("identity", *key.split(", ")))
    db.conn.executemany(
        f"UPDATE OR REPLACE {table} SET identity = ? WHERE {where}", changed
    )


def _rekey(db: Database) -> None:
    """Write the keys of titles in scripts without spaces, which are long enough by now."""
    sql = "SELECT id, title FROM articles WHERE title_key = ''"
    keys = [(story_key(title), one) for one, title in db.execute(sql).fetchall()]
    db.conn.executemany(
        "UPDATE articles SET title_key = ? WHERE id = ?",
        [one for one in keys if one[0]],
    )


def _join(db: Database) -> None:
    sql = "SELECT identity FROM aliases GROUP BY identity HAVING count(*) > 1 ORDER BY min(article)"
    for (shared,) in db.execute(sql).fetchall():
        kept: list[tuple[int, Story]] = []
        for number, address, url, title, excerpt, provider, published in db.execute(
            _SHARING, (shared,)
        ).fetchall():
            story = Story(address, url, title, excerpt, provider, day(published))
            first = next(
                (one for one, other in kept if not identity.are_two(other, story)), None
            )
            if first is None:
                kept.append((number, story))
                continue
            for statement in _JOIN.split(";"):
                db.execute(statement, {"kept": first, "other": number})
