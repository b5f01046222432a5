"""Notices for editors about recorded files: rejected ones, held articles, copies.

Each is sent once, and again when the reason is another one. One that was not sent yet when its file
is right again is never sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.identity import Relation
from bot.domain.notices import Alert, Notice
from bot.planning import naming
from bot.planning.rules import Recorded
from bot.store import article_lists, notices
from bot.store.database import Database


def rejected_key(path: str) -> str:
    """Return the key of the notice that a file is not an article."""
    return f"rejected:{path}"


def article_key(alert: Alert, article: int) -> str:
    """Return the key of a notice about one article."""
    return f"{alert}:{article}"


def remark(
    db: Database, recorded: Sequence[Recorded], at: datetime, *, drafts: bool = False
) -> None:
    """Write notices for the editors about a batch of files, within its transaction.

    drafts: those wait for an editor, too.
    """
    rejected: list[Notice] = []
    others: list[Notice] = []
    new: list[int] = []
    for one in recorded:
        if one.reason:
            rejected.append(_rejected(one))
        if one.repeats is not None:
            others.append(_repeated(db, one))
        if one.relation is Relation.NEW and one.article:
            new.append(one.article)
    held = article_lists.held(db, new, drafts=drafts)
    others += [_about(Alert.HELD, article) for article in held]
    # A file that was rejected before is rejected for another reason now.
    notices.all_clear(db, [notice.key for notice in rejected], at)
    if rejected or others:
        notices.tell(db, [*rejected, *others], at)


def settled(db: Database, article: int, at: datetime) -> None:
    """Close the notices about an article that waited or was a copy, and is posted now."""
    keys = [
        article_key(Alert.HELD, article),
        article_key(Alert.COPIES, article),
        article_key(Alert.DRAFT, article),
    ]
    notices.all_clear(db, keys, at)


def drafted(db: Database, article: int, at: datetime) -> None:
    """Write the notice for the editors that an article that was posted is a draft now."""
    notice = _about(Alert.DRAFT, article)
    notices.tell(db, [notice], at)


def accepted(db: Database, path: str, at: datetime) -> None:
    """Close the notice about a file that was rejected, and is an article now."""
    notices.all_clear(db, [rejected_key(path)], at)


def on_its_own(db: Database, path: str, at: datetime) -> None:
    """Close the notice about a file that was another file's article, and has its own now."""
    notices.all_clear(db, [_address_key(path)], at)


def _rejected(one: Recorded) -> Notice:
    return Notice(
        key=rejected_key(one.path),
        alert=Alert.REJECTED,
        files=(one.path,),
        reason=one.reason,
    )


def _about(alert: Alert, article: int, reason: str = "") -> Notice:
    key = article_key(alert, article)
    return Notice(key=key, alert=alert, articles=(article,), reason=reason)


def _address_key(path: str) -> str:
    return f"{Alert.SAME_ADDRESS}:{path}"


def _repeated(db: Database, one: Recorded) -> Notice:
    """Return the notice about a file that repeats a story.

    It names the file's own article, or its path where it has none.
    """
    first = _first(db, one.repeats)
    if one.relation is Relation.COPY and one.article is not None:
        reason = f"it repeats {first}" if first else ""
        return _about(Alert.COPIES, one.article, reason)
    return Notice(
        key=_address_key(one.path),
        alert=Alert.SAME_ADDRESS,
        files=(one.path,),
        reason=f"has the address of {first}" if first else "",
    )


def _first(db: Database, number: int | None) -> str:
    """Return title and file of the article that is repeated; empty where it is not known."""
    if number is None:
        return ""
    name = naming.article(db, number)
    return naming.title_and_file(name) if name else ""
