"""Edits the reply to /republish when the post is sent, waits or is refused. Sends no new message.

Until then the reply says what is going to happen, with Undo if that is possible. A reply without
Undo says that the post is being sent, and is not edited if that takes only a moment. Other commands
that post an article have such replies, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import assert_never

from bot.clock import Clock
from bot.domain.arrival import Waits
from bot.domain.chat import Standing
from bot.domain.delivery import State
from bot.domain.interpretation import after_notice
from bot.planning import naming
from bot.publish.closed_chats import why_closed
from bot.publish.messenger import Messenger, check_token
from bot.rendering import dates, republish_replies
from bot.rendering.republish_replies import Became, Fate
from bot.rendering.templates import Templates
from bot.store import articles, chats, pending
from bot.store.chats import Chat
from bot.store.database import Database
from bot.store.pending import Pending, Post
from bot.store.thread import Store

#: GRACE: how long a due post may take before its reply says that it waits.
#: SOON: time between two checks until then.
GRACE, SOON = timedelta(seconds=2), timedelta(seconds=1)

#: Why a channel that was taken out of the settings gets no post.
_DROPPED = (
    "this channel was taken out of the settings; "
    "add it there again, then send the command once more"
)

#: Why a post waits whose article waits.
_WAITS = {
    Waits.EDITOR: "its file says published: false now",
    Waits.DRAFT: "its file is a draft now",
    Waits.FUTURE: "its file is dated to come now",
    Waits.BULK: "it waits with other older articles for an editor",
    Waits.RESTORED: "it may have been posted before the database was restored",
    Waits.EXPIRED: "it has expired",
}


class Reporter:
    """Edits the answers of one bot. `send` is called again and again."""

    def __init__(
        self,
        store: Store,
        messenger: Messenger,
        templates: Templates,
        clock: Clock,
        tz: tzinfo = UTC,
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._templates = templates
        self._clock = clock
        self._tz = tz

    async def send(self) -> datetime | None:
        """Edit what may be edited now; return when to check again, or None if it need not be soon.

        Raises TokenRevoked.
        """
        waiting = await self._store(pending.all_)
        moments = [await self._edit(one) for one in waiting]
        return min(filter(None, moments), default=None)

    async def _edit(self, one: Pending) -> datetime | None:
        at = self._clock()
        if at < one.due:
            return one.due + SOON
        became = await self._store(_became, one, at, self._tz)
        if not became:
            return None
        is_open = any(each.is_open for each in became)
        if is_open:
            if at < one.due + GRACE:
                return at + SOON
            if one.told:
                return None
        is_posted = all(each.fate is Fate.POSTED for each in became)
        says_enough = not (one.undo or one.told)  # that the post is being sent
        if is_posted and says_enough:
            await self._store(pending.forget, one.id)
        elif await self._is_answered(one, became):
            record = pending.tell if is_open else pending.forget
            await self._store(record, one.id)
        return None

    async def _is_answered(self, one: Pending, became: Sequence[Became]) -> bool:
        """Edit a reply; return False if it must be edited again: Telegram was not reached.

        A refusal is not tried again.
        """
        stored = await self._store(articles.get, one.article)
        if stored is None:
            return True
        payload = republish_replies.became(self._templates, stored, one.edition, became)
        async with self._messenger.turn(one.chat):
            outcome = await self._messenger.call(
                payload, chat_id=one.chat, message=one.message
            )
        check_token(outcome)
        settlement = after_notice(outcome)
        return settlement.again_in is None or settlement.is_refused


def _became(db: Database, one: Pending, at: datetime, tz: tzinfo) -> list[Became]:
    """Return what became of the posts; empty if an editor took them back meanwhile."""
    if not pending.is_pending(db, one.id):
        return []
    article = articles.successor(db, one.article)
    posts = pending.posts(db, article, one.edition)
    if not posts:
        # the channel was added again, and its new start decides
        return [Became("", Fate.FAILED, _DROPPED)]
    return [_of_post(db, post, at, tz) for post in posts]


def _of_post(db: Database, post: Post, at: datetime, tz: tzinfo) -> Became:
    chat = chats.get(db, post.chat)
    name = naming.chat(db, post.chat)
    match post.state:
        case State.SENT:
            return Became(name, Fate.POSTED, link=_link(chat, post))
        case State.SENDING | State.DOUBTFUL:
            return Became(name, Fate.CHECKING)
        case State.HELD | State.PENDING if _is_dropped(chat):
            return Became(name, Fate.FAILED, _DROPPED)
        case State.HELD:
            return _waiting_article(db, post, name, tz)
        case State.PENDING:
            reason, until = _waits_for(chat, post, at)
            return Became(name, Fate.WAITING, reason, until=dates.minute(until, tz))
        case State.WITHDRAWN:
            return Became(name, Fate.FAILED, "its source took it back")
        case State.REFUSED | State.GONE | State.SKIPPED | State.UNCONFIRMED:
            return Became(name, Fate.FAILED, post.reason)
        case _:
            assert_never(post.state)


def _is_dropped(chat: Chat | None) -> bool:
    return chat is not None and chat.state is Standing.DROPPED


def _link(chat: Chat | None, post: Post) -> str:
    """Return the address of a post; empty where Telegram has none."""
    if chat is None or not post.message:
        return ""
    return naming.post_link(chat.username, chat.chat_id, post.message) or ""


def _waits_for(
    chat: Chat | None, post: Post, at: datetime
) -> tuple[str, datetime | None]:
    """Return why a post waits, and until when if that is known."""
    closed, opens = why_closed(chat, at) if chat else ("", None)
    if opens:
        return closed, opens
    reason, until = post.reason or closed, post.not_before
    if until and until > at:
        return reason, until
    return reason, None


def _waiting_article(db: Database, post: Post, name: str, tz: tzinfo) -> Became:
    """Return that a post waits because of what its article's file says by now."""
    stored = articles.get(db, post.article)
    if stored is None or stored.waits is Waits.NOTHING:
        return Became(name, Fate.WAITING, post.reason)
    waits = stored.waits
    reason = _WAITS[waits]
    match waits:
        case Waits.EXPIRED:
            return Became(name, Fate.FAILED, reason)
        case Waits.FUTURE:
            until = dates.minute(stored.article.published, tz)
            return Became(name, Fate.WAITING, reason, until=until)
        case _:
            return Became(name, Fate.WAITING, reason)
