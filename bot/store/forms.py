"""How often each post has shown each form of its article. Decides nothing."""

from __future__ import annotations

from sqlite_utils import Database

from bot.store.database import transaction, write

#: How often a post may show one form of its article, so that a source that flips can't edit for
#: ever (docs/architecture.md, Change).
FORMS_SHOWN = 2
#: Counts that a post shows its present form once more.
COUNT_SHOWN = """
INSERT INTO forms SELECT id, form, 1 FROM deliveries WHERE id = ?
ON CONFLICT DO UPDATE SET times = times + 1
"""


def adopt(db: Database, article: int, old: str, new: str) -> None:
    """Replace fingerprint `old` of a form by `new`: the same words, by another version."""
    with transaction(db):
        write(
            db,
            "UPDATE deliveries SET form = ? WHERE article = ? AND form = ?",
            (new, article, old),
        )
        sql = (
            "UPDATE OR REPLACE forms SET form = ? "
            "WHERE form = ? AND delivery IN (SELECT id FROM deliveries WHERE article = ?)"
        )
        write(db, sql, (new, old, article))
