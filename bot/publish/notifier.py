"""Sends recorded notices to editors, each in their private chat, and not too often.

Does not decide what editors are told: see `bot.domain.notices`. A notice is kept until it is sent.
Notices become messages in `notice_messages`; the next message of a kind follows after `QUIET`. An
editor who cannot be reached (who never pressed Start) is tried again later, and the others do not
wait for them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.delivery import Payload
from bot.domain.interpretation import after_notice
from bot.domain.notices import Alert, Notice
from bot.domain.outcome import Fallback, Outcome, reason_of
from bot.errors import PaperboyError
from bot.planning import naming
from bot.publish import notice_messages
from bot.publish.messenger import Messenger, check_token
from bot.rendering import alerts, log_lines
from bot.rendering.report import Entry
from bot.rendering.templates import Broken, Templates
from bot.store import articles, notices
from bot.store.database import Database
from bot.store.notices import Waiting
from bot.store.thread import Store

#: Between two messages of one kind to one editor.
QUIET = timedelta(minutes=3)
#: Notices that come together and are named in the log; more are counted.
LOGGED = 10
_log = logging.getLogger(__name__)


class Notifier:
    """The notices of one bot. Call `send` repeatedly; it calls `nudge` when that should be soon."""

    def __init__(
        self,
        store: Store,
        messenger: Messenger,
        templates: Templates,
        editors: Iterable[int],
        clock: Clock,
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._templates = templates
        self._editors = sorted(editors)
        self._clock = clock
        #: Called when there is something to send.
        self.nudge: Callable[[], None] = lambda: None
        self._one = asyncio.Lock()
        #: Editors that can't be reached now, and until when they are left alone.
        self._away: dict[int, datetime] = {}
        #: Editors to whom Telegram refuses messages: they never pressed Start, or blocked the bot.
        self._refusing: set[int] = set()
        #: Why editors could not be told anything, as it was logged.
        self._unreached: dict[int, str] = {}
        #: Numbers of notices that were sent, and of which that could not be written down.
        self._heard: set[int] = set()

    async def tell(self, *new: Notice) -> None:
        """Write notices down and send them: once for each key as long as its incident is open."""
        await self._store(notices.tell, new, self._clock())
        self.nudge()

    async def ask(self, notice: Notice) -> bool:
        """Tell the editors at once; return True if one of them was told, now or before."""
        await self._store(notices.tell, [notice], self._clock())
        await self.send()
        return await self._store(notices.was_heard, notice.key)

    async def say(self, notice: Notice, *, over: bool = False) -> None:
        """Tell every editor at once, without recording it: for when the database cannot be used.

        over: the incident is over.
        """
        entry = Entry(about=notice.about, reason=notice.reason)
        payload = alerts.alert(
            self._templates,
            notice.alert,
            [entry],
            over=over,
        )
        for editor in self._editors:
            await self._call(editor, payload)

    async def all_clear(self, *keys: str) -> None:
        """Close incidents: who was told of one is told that it is over."""
        if await self._store(notices.all_clear, keys, self._clock()):
            self.nudge()

    def reachable(self, editor: int) -> None:
        """Try an editor again at once: they pressed Start."""
        if self._away.pop(editor, None):
            self.nudge()

    def shift(self, by: timedelta) -> None:
        """Move what waits in memory by as much as the wall clock was set."""
        for editor in self._away:
            self._away[editor] += by

    @property
    def reaches_nobody(self) -> bool:
        """Whether there is no editor to whom Telegram lets anything through."""
        return self._refusing.issuperset(self._editors)

    async def send(self) -> datetime | None:
        """Send what may be sent now; return when to send more, or None when nothing waits.

        Raises TokenRevoked.
        """
        async with self._one:
            if broken := self._templates.take_broken():
                await self._store(_tell_broken, broken, self._clock())
            if await self._store(notices.unaddressed):
                for line in await self._store(_address, self._editors):
                    _log.warning("%s", line)
            moments = [await self._send_to(editor) for editor in self._editors]
        return min(filter(None, moments), default=None)

    async def _send_to(self, editor: int) -> datetime | None:
        """Send an editor what may be sent now; return when to send more, or None."""
        at = self._clock()
        away_until = self._away.get(editor, at)
        if away_until > at:
            return away_until
        if self._heard:
            await self._note((), at)
        stored = await self._store(notices.waiting, editor)
        waiting = [one for one in stored if one.id not in self._heard]
        if not waiting:
            return None
        sent = await self._store(notices.last_heard, editor, at - QUIET)
        moments = []
        for kind, same in notice_messages.by_kind(waiting).items():
            before = sent.get(kind, [])
            messages = notice_messages.group(same, before)
            for message in messages:
                if not await self._send_one(editor, message):
                    return self._away[editor]
            if sum(map(len, messages)) < len(same):
                moments.append(min(before, default=at) + QUIET)
        return min(moments, default=None)

    async def _send_one(self, editor: int, message: Sequence[Waiting]) -> bool:
        """Send one message; return False if the editor can't be reached now."""
        payload = await self._store(notice_messages.worded, self._templates, message)
        outcome = await self._call(editor, payload)
        check_token(outcome)
        at = self._clock()
        settlement = after_notice(outcome)
        if settlement.again_in is None:
            self._refusing.discard(editor)
            self._unreached.pop(editor, None)
            await self._note([one.id for one in message], at)
            return True
        self._away[editor] = at + timedelta(seconds=settlement.again_in)
        if settlement.is_refused:
            self._refusing.add(editor)
        await self._log_unreached(editor, reason_of(outcome))
        return False

    async def _log_unreached(self, editor: int, reason: str) -> None:
        """Log why an editor could not be told, once until the reason changes."""
        if self._unreached.get(editor) == reason:
            return
        self._unreached[editor] = reason
        name = await self._store(naming.person, editor)
        if editor in self._refusing:
            _log.warning(
                "%s can't be told anything until they press Start "
                "in their private chat with the bot: %s",
                name,
                reason,
            )
        else:
            _log.warning(
                "%s could not be told something, trying again: %s", name, reason
            )

    async def _note(self, numbers: Collection[int], at: datetime) -> None:
        """Record what an editor was told; keep it in memory while the database cannot be used."""
        self._heard.update(numbers)
        try:
            await self._store(notices.heard, [*self._heard], at)
        except PaperboyError as error:
            _log.warning(
                "that the editors were told can't be written down yet: %s", error
            )
        else:
            self._heard.clear()

    async def _call(self, editor: int, payload: Payload) -> Outcome:
        """Send a message, without markup where Telegram can't read it."""
        async with self._messenger.turn(editor):
            outcome = await self._messenger.call(payload, chat_id=editor)
        if after_notice(outcome).fallback is not Fallback.PLAIN:
            return outcome
        return await self._messenger.call(alerts.plain(payload), chat_id=editor)


def _tell_broken(db: Database, broken: Sequence[Broken], at: datetime) -> None:
    """Write a notice of each line in their own templates that failed, once a day."""
    notices.tell(db, [_broken(db, one, at) for one in broken], at)


def _broken(db: Database, broken: Broken, at: datetime) -> Notice:
    reason = broken.reason
    if broken.line:
        reason = f"line {broken.line}: {reason}"
    article = None
    if broken.address:
        article = articles.at_address(db, broken.address)
    return Notice(
        key=f"template:{broken.template}:{broken.line}:{at:%Y-%m-%d}",
        alert=Alert.TEMPLATE,
        articles=() if article is None else (article,),
        about=broken.template,
        reason=reason,
    )


def _address(db: Database, editors: Sequence[int]) -> list[str]:
    """Address what is new, and return it as lines for the log."""
    new = [one for one in notices.new(db) if not _is_logged(one)]
    lines = []
    for one in new[:LOGGED]:
        entry = naming.entry(db, one.notice)
        line = log_lines.line(one.notice.alert, one.over, entry)
        lines.append(line)
    more = len(new) - len(lines)
    if more:
        lines.append(f"for the editors: {more} more")
    notices.address(db, editors)
    return lines


def _is_logged(new: Waiting) -> bool:
    """Return True if the log says it already: the scan logs rejected files."""
    return new.notice.alert is Alert.REJECTED
