"""Sends recorded notices to editors, each in their private chat, and not too often.

Does not decide what editors are told: see `bot.domain.notices`. A notice is kept until it is sent.
Notices of one kind that wait together become one message, and the next message of that kind follows
after `QUIET`. A notice with choices is a message of its own. An editor who cannot be reached (who
never pressed Start) is tried again later, and the others do not wait for them.
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
from bot.domain.outcome import Fallback, Outcome, Refused, Revoked, reason_of
from bot.errors import PaperboyError, TokenRevoked
from bot.planning import naming
from bot.publish.messenger import Messenger
from bot.rendering import alerts, layout, log_lines
from bot.rendering.report import Entry
from bot.rendering.templates import Broken, Templates
from bot.store import articles, notices
from bot.store.database import Database
from bot.store.notices import Waiting
from bot.store.thread import Store

#: Between two messages of one kind to one editor.
QUIET = timedelta(minutes=3)
#: Notices with choices of one kind, each its own message, that one editor gets within `QUIET`.
QUESTIONS = 5
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

    async def tell(self, *told: Notice) -> None:
        """Have the editors told: once for each key as long as its incident is open."""
        await self._store(notices.tell, told, self._clock())
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
        payload = alerts.alert(self._templates, notice.alert, [entry], over=over)
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
        self._away = {editor: until + by for editor, until in self._away.items()}

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
                for notice in await self._store(_address, self._editors):
                    _log.warning("%s", notice)
            due = [await self._tell_one(editor) for editor in self._editors]
            return min((one for one in due if one), default=None)

    async def _tell_one(self, editor: int) -> datetime | None:
        at = self._clock()
        if (away := self._away.get(editor, at)) > at:
            return away
        if self._heard:
            await self._note((), at)
        waiting = [
            one
            for one in await self._store(notices.waiting, editor)
            if one.id not in self._heard
        ]
        if not waiting:
            return None
        heard = await self._store(notices.last_heard, editor, at - QUIET)
        due = []
        for kind, same in _by_kind(waiting).items():
            told, left = _messages(same, heard.get(kind, []))
            for message in told:
                if not await self._write(editor, message):
                    return self._away[editor]
            due += [min(heard.get(kind, [at])) + QUIET] if left else []
        return min(due, default=None)

    async def _write(self, editor: int, told: Sequence[Waiting]) -> bool:
        """Send one message; return False if the editor can't be reached now."""
        payload = await self._store(_worded, self._templates, told)
        outcome = await self._call(editor, payload)
        if isinstance(outcome, Revoked):
            raise TokenRevoked
        at, settlement = self._clock(), after_notice(outcome)
        if settlement.again_in is None:
            self._refusing.discard(editor)
            self._unreached.pop(editor, None)
            await self._note([one.id for one in told], at)
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
        async with self._messenger.turn(editor):
            outcome = await self._messenger.call(payload, chat_id=editor)
        if isinstance(outcome, Refused) and outcome.fallback is Fallback.PLAIN:
            outcome = await self._messenger.call(alerts.plain(payload), chat_id=editor)
        return outcome


def _by_kind(waiting: Iterable[Waiting]) -> dict[tuple[Alert, bool], list[Waiting]]:
    """Return what waits by kind, the kind that has waited longest first."""
    kinds: dict[tuple[Alert, bool], list[Waiting]] = {}
    for one in waiting:
        kinds.setdefault((one.notice.alert, one.over), []).append(one)
    return kinds


def _messages(
    same: Sequence[Waiting], heard: Sequence[datetime]
) -> tuple[list[list[Waiting]], bool]:
    """Return the messages that notices of one kind become, and True if some notices must wait.

    Notices with choices are sent one by one, the others together. heard: when the editor was sent
    notices of this kind lately.
    """
    asking = [[one] for one in same if one.notice.choices and not one.over]
    plain = [one for one in same if not one.notice.choices or one.over]
    room = max(QUESTIONS - len(heard), 0)
    told = [*([plain] if plain and not heard else []), *asking[:room]]
    return told, sum(map(len, told)) < len(same)


def _tell_broken(db: Database, broken: Sequence[Broken], at: datetime) -> None:
    """Have editors told of each line in their own templates that failed, once a day."""
    told = []
    for one in broken:
        article = articles.at_address(db, one.address) if one.address else None
        reason = f"line {one.line}: {one.reason}" if one.line else one.reason
        key = f"template:{one.template}:{one.line}:{at:%Y-%m-%d}"
        about = (article,) if article is not None else ()
        told.append(
            Notice(
                key=key,
                alert=Alert.TEMPLATE,
                articles=about,
                about=one.template,
                reason=reason,
            )
        )
    notices.tell(db, told, at)


def _address(db: Database, editors: Sequence[int]) -> list[str]:
    """Address what is new, and return it as lines for the log."""
    new = [
        one for one in notices.new(db) if one.notice.alert is not Alert.REJECTED
    ]  # the scan has logged those
    lines = [
        log_lines.line(one.notice.alert, one.over, naming.entry(db, one.notice))
        for one in new[:LOGGED]
    ]
    notices.address(db, editors)
    return [
        *lines,
        *([f"for the editors: {len(new) - LOGGED} more"] if len(new) > LOGGED else []),
    ]


def _worded(db: Database, templates: Templates, told: Sequence[Waiting]) -> Payload:
    entries = [naming.entry(db, one.notice) for one in told[: layout.LISTED]]
    entries += [Entry(count=one.notice.weight) for one in told[layout.LISTED :]]
    first = told[0]
    return alerts.alert(
        templates,
        first.notice.alert,
        entries,
        over=first.over,
        choices=first.notice.choices,
    )
