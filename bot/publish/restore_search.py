"""Searches the channels for posts that a restored database does not know. Posts nothing.

An article that is found was posted. One that is not found may have been posted too, as its text may
have changed since: editors decide.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any, assert_never

from bot.clock import Clock
from bot.domain.candidates import BEYOND
from bot.domain.delivery import Payload
from bot.domain.interpretation import after_probe
from bot.domain.outcome import Revoked, Wait
from bot.domain.recognition import comes_from, folded
from bot.domain.settlement import ProbeAnswer
from bot.errors import TokenRevoked
from bot.publish import composing
from bot.publish.composing import Composer, Material
from bot.publish.forward_probe import forward_and_read
from bot.publish.messenger import Messenger
from bot.rendering import markup
from bot.store import numbers, restore_search
from bot.store.delivery_rows import Addressed
from bot.store.restore_search import Unknown
from bot.store.thread import Store

#: Messages of a chat that are looked at.
MOST = 100
#: How often an answer is waited for that does not come, and for how many seconds at the most.
TRIES, PATIENCE = 3, 30.0
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class RestoreSearch:
    """The searches of one bot; each article is searched for once in the life of a process."""

    store: Store
    messenger: Messenger
    composer: Composer
    clock: Clock
    #: The editors' private chats.
    editors: Sequence[int]
    #: The last article that was looked for.
    _last: int = 0
    _reached: list[int] = field(default_factory=list)

    async def search(self) -> None:
        """Search for the articles that wait since a restore and were not searched for before.

        Raises StoreError, TokenRevoked.
        """
        wanted = await self.store(restore_search.undecided)
        last = max((one.delivery.article for one in wanted), default=0)
        if last <= self._last:
            return
        self._reached = [*self.editors]
        for chat_id in dict.fromkeys(one.chat_id for one in wanted):
            unknown = await self.store(restore_search.unknown, chat_id)
            if unknown:
                await self._search_in(
                    chat_id, [one for one in wanted if one.chat_id == chat_id], unknown
                )
        self._last = last

    async def _search_in(
        self, chat_id: int, wanted: Sequence[Addressed], unknown: Unknown
    ) -> None:
        materials = await self.store(composing.gather, wanted)
        posts = self._worded(materials)
        top, misses, found = max(unknown.known | {unknown.before}), 0, 0
        for number in _numbers(unknown):
            if not posts:
                break
            answer, copy = await self._read(chat_id, number)
            if answer is ProbeAnswer.MISSING:
                misses += number > top
                if misses >= BEYOND and unknown.after is None:
                    break
                continue
            if answer not in (ProbeAnswer.DONE, ProbeAnswer.REFUSED):
                break
            misses = 0
            found += await self._compare(chat_id, number, copy, posts)
        if found:
            _log.info(
                "found in a channel, as they were posted before the database was restored: %d",
                found,
            )

    def _worded(
        self, materials: Sequence[Material]
    ) -> dict[str, tuple[Material, Payload]]:
        """Return text → post as it would be composed now, without posts of the same text."""
        made: list[tuple[str, Material, Payload]] = []
        for one in materials:
            try:
                payload = self.composer.post(one)
            except Exception as error:  # a template or an article can raise anything
                _log.warning(
                    "%s: can't be looked for: %s", one.stored.path, composing.why(error)
                )
                continue
            said = payload.get("text") or payload.get("caption") or ""
            made.append(
                (
                    folded(
                        markup.measure(said).text if "parse_mode" in payload else said
                    ),
                    one,
                    payload,
                )
            )
        times = Counter(words for words, *_ in made)
        return {
            words: (one, payload) for words, one, payload in made if times[words] == 1
        }

    async def _compare(
        self,
        chat_id: int,
        number: int,
        copy: Any,
        posts: dict[str, tuple[Material, Payload]],
    ) -> bool:
        """Take a message for the post that reads like it; take note of any other."""
        shown = copy if isinstance(copy, dict) else {}
        words = folded(shown.get("text") or shown.get("caption") or "")
        if words not in posts or not comes_from(
            shown, chat_id, self.messenger.number, number
        ):
            await self.store(numbers.see, chat_id, number, self.clock())
            return False
        material, payload = posts.pop(words)
        form = material.stored.fingerprint
        return await self.store(
            restore_search.found, material.to, payload, form, number, self.clock()
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
            if isinstance(outcome, Revoked):
                raise TokenRevoked
            answer = after_probe(outcome).answer
            match answer:
                case ProbeAnswer.GONE:
                    self._reached.pop(0)
                case ProbeAnswer.LATER:
                    tries += 1
                    await asyncio.sleep(
                        min(
                            outcome.seconds if isinstance(outcome, Wait) else 1.0,
                            PATIENCE,
                        )
                    )
                case (
                    ProbeAnswer.DONE
                    | ProbeAnswer.MISSING
                    | ProbeAnswer.PROTECTED
                    | ProbeAnswer.REFUSED
                ):
                    return answer, copy
                case _:
                    assert_never(answer)
        return ProbeAnswer.LATER, None


def _numbers(unknown: Unknown) -> Iterator[int]:
    first = unknown.before + 1
    every = count(first) if unknown.after is None else range(first, unknown.after)
    return islice((number for number in every if number not in unknown.known), MOST)
