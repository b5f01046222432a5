"""Edits the reply to /republish when the post is sent, waits or is refused. Sends no new message.

Until then the reply says what is going to happen, with Undo if that is possible. A reply without
Undo says that the post is being sent, and is not edited if that takes only a moment. Other commands
that post an article have such replies, too.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from bot.clock import Clock
from bot.domain.arrival import Waits
from bot.domain.chat import Standing
from bot.domain.delivery import Payload, State
from bot.domain.interpretation import after_notice
from bot.domain.outcome import Revoked
from bot.errors import TokenRevoked
from bot.planning import naming
from bot.publish.messenger import Messenger
from bot.rendering import dates, republish_replies
from bot.rendering.republish_replies import Became, Fate
from bot.rendering.templates import Templates
from bot.store import articles, chats, pending
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
        """Edit what may be edited now; return when to look again, None where that need not be soon.

        Raises TokenRevoked.
        """
        waiting = await self._store(pending.all_)
        due = [await self._edit(one) for one in waiting]
        return min((one for one in due if one), default=None)

    async def _edit(self, one: Pending) -> datetime | None:
        at = self._clock()
        if at < one.due:
            return one.due + SOON
        became = await self._store(_became, one, at, self._tz)
        if not became:
            return None
        is_open = any(each.is_open for each in became)
        if is_open and at < one.due + GRACE:
            return at + SOON
        if is_open and one.told:
            return None
        is_posted = all(each.fate is Fate.POSTED for each in became)
        if is_posted and not (one.undo or one.told):
            # it is on its way, says the answer, and that was soon over
            await self._store(pending.forget, one.id)
            return None
        stored = await self._store(articles.get, one.article)
        if stored is None or await self._is_said(
            one, republish_replies.became(self._templates, stored, one.edition, became)
        ):
            await self._store(pending.tell if is_open else pending.forget, one.id)
        return None

    async def _is_said(self, one: Pending, payload: Payload) -> bool:
        """Edit a reply; return False if Telegram could not be reached. A refusal counts as said."""
        async with self._messenger.turn(one.chat):
            outcome = await self._messenger.call(
                payload, chat_id=one.chat, message=one.message
            )
        if isinstance(outcome, Revoked):
            raise TokenRevoked
        settlement = after_notice(outcome)
        return settlement.again_in is None or settlement.is_refused


def _became(db: Database, one: Pending, at: datetime, tz: tzinfo) -> list[Became]:
    """Return what became of the posts; empty if an editor took them back meanwhile."""
    if not pending.exists(db, one.id):
        return []
    article = articles.successor(db, one.article)
    posts = pending.posts(db, article, one.edition)
    if not posts:  # the channel was added again, and its new start decides
        return [Became("", Fate.FAILED, _DROPPED)]
    return [_named(db, post, at, tz) for post in posts]


def _named(db: Database, post: Post, at: datetime, tz: tzinfo) -> Became:
    chat = chats.get(db, post.chat)
    name = naming.chat(db, post.chat)
    is_dropped = chat is not None and chat.state is Standing.DROPPED
    match post.state:
        case State.SENT:
            link = (
                naming.post_link(chat.username, chat.chat_id, post.message)
                if chat and post.message
                else None
            )
            return Became(name, Fate.POSTED, link=link or "")
        case State.SENDING | State.DOUBTFUL:
            return Became(name, Fate.CHECKING)
        case State.HELD | State.PENDING if is_dropped:
            return Became(name, Fate.FAILED, _DROPPED)
        case State.HELD:
            return _waiting_article(db, post, name, tz)
        case State.PENDING:
            reason, until = post.reason, post.not_before
            if chat and chat.not_before and chat.not_before > at:
                reason, until = (
                    chat.reason or "Telegram asked for a pause",
                    chat.not_before,
                )
            elif chat and chat.chat_id is None:
                reason = reason or "Telegram does not know this channel yet"
            until = until if until and until > at else None
            return Became(name, Fate.WAITING, reason, until=dates.minute(until, tz))
        case State.WITHDRAWN:
            return Became(name, Fate.FAILED, "its source took it back")
        case _:
            return Became(name, Fate.FAILED, post.reason)


def _waiting_article(db: Database, post: Post, name: str, tz: tzinfo) -> Became:
    """Return that a post waits because of what its article's file says by now."""
    stored = articles.get(db, post.article)
    if stored is None or stored.waits is Waits.NOTHING:
        return Became(name, Fate.WAITING, post.reason)
    reason = _WAITS[stored.waits]
    if stored.waits is Waits.EXPIRED:
        return Became(name, Fate.FAILED, reason)
    is_dated = stored.waits is Waits.FUTURE
    until = dates.minute(stored.article.published, tz) if is_dated else ""
    return Became(name, Fate.WAITING, reason, until=until)
