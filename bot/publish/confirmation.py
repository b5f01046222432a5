"""What an editor is asked to confirm before /republish posts an article. Changes nothing.

That happens when the article may not be the one that the editor expects: another file than its own
was named, it is a copy, or it waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.article import Stored
from bot.domain.delivery import Channel
from bot.publish.article_lookup import NamedArticles
from bot.publish.editions import chats_for, has_expired
from bot.store import articles, post_places
from bot.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
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
    #: What the tap sends back: see `token`.
    token: str = ""


def needed(
    db: Database, named: NamedArticles, at: datetime, channels: Sequence[Channel]
) -> Confirmation | None:
    """Return what to confirm before the one article that was named is posted; None: nothing.

    Nothing is asked about an article that will not be posted anyway.
    """
    (stored,) = named.articles
    if stored.withdrawn or has_expired(stored, at):
        return None
    file = named.file if _is_other_file(named, stored) else ""
    first = _first(db, stored)
    if not (file or first or stored.waits):
        return None
    return Confirmation(
        article=stored,
        file=file,
        reason=named.reason,
        first=first,
        posted=bool(post_places.chats_of(db, stored.id)),
        chats=tuple(chats_for(db, stored, channels)),
        token=token(db, stored),
    )


def token(db: Database, stored: Stored) -> str:
    """Return the state of an article, short enough for a button.

    A confirmation holds as long as the article's token is the same.
    """
    had_edition = post_places.had_edition(db, stored.id)
    is_copy = stored.copy_of is not None
    flags = f"{had_edition:d}{is_copy:d}"
    state = (stored.short_id, str(stored.edition), flags, stored.waits)
    return ".".join(state)


def _is_other_file(named: NamedArticles, stored: Stored) -> bool:
    """Return True if the file that was named is not the one whose text the article shows."""
    if named.reason:
        return True
    return bool(named.file and stored.path) and named.file != stored.path


def _first(db: Database, stored: Stored) -> Stored | None:
    """Return the article of which this one is a copy, if it is one."""
    if stored.copy_of is None:
        return None
    return articles.get(db, articles.successor(db, stored.copy_of))
