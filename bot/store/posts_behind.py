"""Posts that do not show their articles as they are, because they showed that form too often.

Edits none by itself.
"""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.domain.article import short_id
from bot.domain.delivery import Lane
from bot.domain.notices import Alert, Choice, Decision, Notice
from bot.store import notices
from bot.store.database import milliseconds, row, rows, transaction, write
from bot.store.forms import FORMS_SHOWN

#: Posts that differ from their article and are not to be edited because of FORMS_SHOWN.
_BEHIND = """
FROM deliveries d JOIN articles a ON a.id = d.article
  JOIN forms f ON f.delivery = d.id AND f.form = a.fingerprint
WHERE d.state = 'sent' AND d.message > 0 AND d.edit_due IS NULL
  AND d.form <> a.fingerprint AND a.withdrawn = 0 AND f.times >= :most
"""
_OF_ARTICLE = f"{_BEHIND} AND d.article = :article"


def tell(db: Database, article: int, at: datetime) -> None:
    """Write a notice of the posts of an article that are behind it, if there are any."""
    values = {"article": article, "most": FORMS_SHOWN}
    sql = f"SELECT d.chat, d.lane {_OF_ARTICLE} ORDER BY d.lane, d.chat"
    behind = rows(db, sql, values)
    if not behind:
        return
    channels = [one["chat"] for one in behind if one["lane"] == Lane.CHANNEL]
    readers = [one["chat"] for one in behind if one["lane"] != Lane.CHANNEL]
    notice = Notice(
        key=_key(article),
        alert=Alert.BEHIND,
        articles=(article,),
        chats=(*dict.fromkeys(channels), *readers[:1]),  # one reader stands for all
        count=len(behind),
        choices=(Choice(Decision.CATCH_UP, short_id(article)),),
    )
    notices.tell(db, [notice], at)


def tell_if_behind(db: Database, delivery: int, at: datetime) -> None:
    """Write a notice of the posts that are behind with this one, if it is behind."""
    sql = f"SELECT d.article {_BEHIND} AND d.id = :delivery"
    behind = row(db, sql, {"delivery": delivery, "most": FORMS_SHOWN})
    if behind:
        tell(db, behind["article"], at)


def clear(db: Database, article: int, at: datetime) -> None:
    """End the alert about an article's posts."""
    notices.all_clear(db, [_key(article)], at)


def set_right(db: Database, article: int, at: datetime) -> int:
    """Have an article's posts that are behind it edited, as an editor asks; return how many."""
    sql = (
        f"UPDATE deliveries SET edit_due = :now WHERE id IN (SELECT d.id {_OF_ARTICLE})"
    )
    values = {"now": milliseconds(at), "article": article, "most": FORMS_SHOWN}
    with transaction(db):
        clear(db, article, at)
        return write(db, sql, values)


def _key(article: int) -> str:
    return f"behind:{article}"
