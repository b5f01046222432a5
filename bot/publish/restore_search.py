"""Searches the channels for posts that a restored database does not know. Posts nothing.

An article that is found was posted. One that is not found may have been posted too, as its text may
have changed since: editors decide.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any, assert_never

from bot.clock import Clock
from bot.domain.candidates import BEYOND
from bot.domain.delivery import Payload
from bot.domain.interpretation import after_probe
from bot.domain.recognition import comes_from, folded
from bot.domain.settlement import ProbeAnswer
from bot.publish import composing
from bot.publish.composing import Composer, Material
from bot.publish.forward_probe import forward_and_read
from bot.publish.messenger import Messenger, check_token
from bot.rendering import markup
from bot.store import numbers, restore_search
from bot.store.delivery_rows import Addressed
from bot.store.restore_search import Unknown
from bot.store.thread import Store

#: Messages of a chat that are read.
MOST = 100
#: How often a message is read again where no answer came, and for how many seconds that waits.
TRIES, PATIENCE = 3, 30.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ExpectedPost:
    """A post that is searched for, as it would be composed now."""

    material: Material
    payload: Payload


@dataclass(slots=True)
class RestoreSearch:
    """The searches of one bot; each article is searched for once in the life of a process."""

    store: Store
    messenger: Messenger
    composer: Composer
    clock: Clock
    #: The editors' private chats.
    editors: Sequence[int]
    #: The last article that was searched for.
    _last: int = 0
    #: The editors who can be reached.
    _reached: list[int] = field(default_factory=list)

    async def search(self) -> None:
        """Search for the articles that wait since a restore and were not searched for before.

        Raises StoreError, TokenRevoked.
        """
        by_chat: dict[int, list[Addressed]] = {}
        last = 0
        for to in await self.store(restore_search.undecided):
            by_chat.setdefault(to.chat_id, []).append(to)
            last = max(last, to.delivery.article)
        if last <= self._last:
            return
        self._reached = [*self.editors]
        for chat_id, deliveries in by_chat.items():
            unknown = await self.store(restore_search.unknown, chat_id)
            if unknown:
                await self._search_in(chat_id, deliveries, unknown)
        self._last = last

    async def _search_in(
        self, chat_id: int, deliveries: Sequence[Addressed], unknown: Unknown
    ) -> None:
        materials = await self.store(composing.gather, deliveries)
        posts = self._by_text(materials)
        top = max(unknown.known | {unknown.before})
        misses, found = 0, 0
        for number in _numbers(unknown):
            if not posts:
                break
            answer, copy = await self._read(chat_id, number)
            match answer:
                case ProbeAnswer.DONE | ProbeAnswer.REFUSED:
                    misses = 0
                    found += await self._compare(chat_id, number, copy, posts)
                case ProbeAnswer.MISSING:
                    misses += number > top
                    if misses >= BEYOND and unknown.after is None:
                        break
                case ProbeAnswer.PROTECTED | ProbeAnswer.GONE | ProbeAnswer.LATER:
                    break
                case _:
                    assert_never(answer)
        if found:
            _log.info(
                "found in a channel, as they were posted before the database was restored: %d",
                found,
            )

    def _by_text(self, materials: Sequence[Material]) -> dict[str, ExpectedPost]:
        """Return text → post as it would be composed now, without posts of the same text."""
        posts: dict[str, ExpectedPost] = {}
        times: Counter[str] = Counter()
        for material in materials:
            try:
                payload = self.composer.post(material)
            except Exception as error:  # a template or an article can raise anything
                path, reason = material.stored.path, composing.why(error)
                _log.warning("%s: can't be looked for: %s", path, reason)
                continue
            text = _text_of(payload)
            posts[text] = ExpectedPost(material, payload)
            times[text] += 1
        return {text: post for text, post in posts.items() if times[text] == 1}

    async def _compare(
        self, chat_id: int, number: int, copy: Any, posts: dict[str, ExpectedPost]
    ) -> bool:
        """Take a message for the post that reads like it; take note of any other."""
        shown = copy if isinstance(copy, dict) else {}
        text = folded(shown.get("text") or shown.get("caption") or "")
        me, at = self.messenger.number, self.clock()
        if text not in posts or not comes_from(shown, chat_id, me, number):
            await self.store(numbers.see, chat_id, number, at)
            return False
        post = posts.pop(text)
        material = post.material
        return await self.store(
            restore_search.found,
            material.to,
            post.payload,
            material.stored.fingerprint,
            number,
            at,
        )

    async def _read(self, chat_id: int, number: int) -> tuple[ProbeAnswer, Any]:
        """Return a message's copy, by way of the first editor who can be reached."""
        tries = 0
        while self._reached and tries < TRIES:
            editor = self._reached[0]
            async with self.messenger.turn(editor):
                outcome, copy = await forward_and_read(
                    self.messenger, chat_id, number, editor
                )
            check_token(outcome)
            settlement = after_probe(outcome)
            match settlement.answer:
                case ProbeAnswer.GONE:
                    self._reached.pop(0)
                case ProbeAnswer.LATER:
                    tries += 1
                    await asyncio.sleep(min(settlement.again_in, PATIENCE))
                case (
                    ProbeAnswer.DONE
                    | ProbeAnswer.MISSING
                    | ProbeAnswer.PROTECTED
                    | ProbeAnswer.REFUSED
                ):
                    return settlement.answer, copy
                case _:
                    assert_never(settlement.answer)
        return ProbeAnswer.LATER, None


def _text_of(payload: Payload) -> str:
    """Return what a message of this payload shows, as messages are compared."""
    text = payload.get("text") or payload.get("caption") or ""
    if "parse_mode" in payload:
        text = markup.measure(text).text
    return folded(text)


def _numbers(unknown: Unknown) -> Iterator[int]:
    """Yield the message numbers to read, at most MOST."""
    first = unknown.before + 1
    candidates: Iterable[int] = count(first)
    if unknown.after is not None:
        candidates = range(first, unknown.after)
    new = (number for number in candidates if number not in unknown.known)
    return islice(new, MOST)
