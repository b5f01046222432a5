"""Search for a post that may have been sent: what to ask next, and what an answer proves. Pure.

`Search.next` returns the next probe or the result; `answered` takes the answer to a probe. No probe
changes a post that somebody else may have written (docs/architecture.md, Doubt and recovery). Makes
no call, reads no clock and knows no table.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from bot.domain.candidates import MOST, Bounds, Candidates
from bot.domain.interpretation import after_probe
from bot.domain.outcome import Outcome
from bot.domain.recognition import Target, comes_from, deep_links, shows
from bot.domain.settlement import PROBE_AGAIN_SECONDS, ProbeAnswer, ProbeSettlement

#: Why a post that was seen is not taken for the delivery's.
ALIKE = "it can't be told from the same post in another thread of the chat"
NO_KEYBOARD: Mapping[str, Any] = {"inline_keyboard": []}


@dataclass(frozen=True, slots=True)
class ForwardProbe:
    """Forward a candidate silently to an editor, read it, delete the copy."""

    message: int
    editor: int


@dataclass(frozen=True, slots=True)
class RightsProbe:
    """Ask for the bot's own place in the chat."""


@dataclass(frozen=True, slots=True)
class KeyboardProbe:
    """Set a keyboard on a candidate.

    The delivery's own keyboard changes nothing on the post itself. Another message of the bot is
    changed and returned with its text, which shows that it is not the post.
    """

    message: int
    keyboard: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """The post is there, under this number."""

    message: int


@dataclass(frozen=True, slots=True)
class NotFound:
    """The post was not found.

    absent: every possible number was searched; otherwise the post may still be there.
    """

    reason: str
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """The search could not go on; it begins again after `seconds`."""

    seconds: float
    reason: str


Step = ForwardProbe | RightsProbe | KeyboardProbe
Result = Found | NotFound | Later


class Search:
    """One search: `next` returns the next probe or the result, `answered` takes an answer.

    As long as an editor can be reached, each candidate is forwarded there and read. After that, the
    delivery's own keyboard is set on each candidate: "not modified" proves that it is the post.
    Before each keyboard the bot's rights are asked for, since no message of others may change.
    """

    def __init__(self, target: Target, bounds: Bounds, editors: Sequence[int]) -> None:
        """editors: the private chats that candidates may be forwarded to, tried in this order."""
        self._target = target
        self._candidates = Candidates(bounds)
        self._is_unbounded = bounds.is_unbounded
        #: Editors who may be reachable; empty: candidates can't be forwarded.
        self._editors = deque(editors)
        #: The keyboard for keyboard probes; None: none may be set. Without a lower bound, posts
        #: that this bot sent with another database may be among the candidates, and theirs stay.
        self._keyboard = target.keyboard if bounds.before is not None else None
        #: The next probe may be a keyboard: the bot's rights were asked for and allow one.
        self._is_keyboard_allowed = False
        #: The next keyboard is an empty one.
        self._removes_keyboard = False
        #: Ends the search.
        self._result: Result | None = None

    def next(self) -> Step | Result:
        """Return the next probe, or the result."""
        if self._result:
            return self._result
        number = self._candidates.next
        if number is None:
            return self._nowhere()
        if self._editors:
            return ForwardProbe(number, self._editors[0])
        if not self._is_keyboard_allowed:
            return RightsProbe()
        if self._keyboard is None:
            return NotFound(
                "it can't be looked for: no editor can be reached, or the chat forbids forwarding"
            )
        keyboard = NO_KEYBOARD if self._removes_keyboard else self._keyboard
        return KeyboardProbe(number, keyboard)

    def answered(
        self, step: Step, outcome: Outcome, result: Any, *, touched: bool = False
    ) -> None:
        """Take the answer to a probe: its outcome, and Telegram's result if there is one.

        touched: an earlier search may have set the same keyboard there; its answer was lost.
        """
        settlement = after_probe(outcome)
        if isinstance(step, RightsProbe):
            self._take_rights(settlement, result)
            return
        match settlement.answer:
            case ProbeAnswer.DONE if isinstance(step, KeyboardProbe) and result is None:
                self._take_unmodified(step, touched)
            case ProbeAnswer.DONE:
                self._take_message(step, result)
            case ProbeAnswer.MISSING:
                self._drop(is_missing=True)
            case ProbeAnswer.PROTECTED if isinstance(step, ForwardProbe):
                self._editors.clear()
            case ProbeAnswer.PROTECTED | ProbeAnswer.REFUSED:
                self._drop()
            case ProbeAnswer.GONE if isinstance(step, ForwardProbe):
                self._editors.popleft()
            case ProbeAnswer.GONE | ProbeAnswer.LATER:
                self._put_off(settlement)
            case _:
                assert_never(settlement.answer)

    def skip(self) -> None:
        """Leave out the next candidate: it is known by now to be another message."""
        self._drop()

    def _take_message(self, step: ForwardProbe | KeyboardProbe, result: Any) -> None:
        """Decide by a message that Telegram returned whether it is the post."""
        message = result if isinstance(result, dict) else {}
        if not self._is_own(step, message) or not shows(message, self._target):
            self._drop()
        elif self._is_distinct(step, message):
            self._result = Found(step.message)
        else:
            self._result = NotFound(ALIKE)

    def _is_own(self, step: ForwardProbe | KeyboardProbe, message: Any) -> bool:
        """Return True for a message of this bot in the chat; only such ones take a keyboard."""
        if isinstance(step, KeyboardProbe):
            return True
        target = self._target
        return comes_from(message, target.chat_id, target.me, step.message)

    def _is_distinct(self, step: ForwardProbe | KeyboardProbe, message: Any) -> bool:
        """Return True if no other delivery's message could look like this one."""
        if not self._target.in_other_thread:
            return True
        is_copy = isinstance(step, ForwardProbe)
        return is_copy and bool(deep_links(message.get("reply_markup")))

    def _take_unmodified(self, step: KeyboardProbe, touched: bool) -> None:
        """Take "not modified": it is the post, unless an earlier search set its keyboard.

        In that case the keyboard is removed: that works only on a message of this bot, and Telegram
        returns its text.
        """
        if self._removes_keyboard:
            reason = "the message changed in the meantime"
            self._result = Later(PROBE_AGAIN_SECONDS, reason)
        elif touched:
            self._removes_keyboard, self._is_keyboard_allowed = True, False
        else:
            self._result = Found(step.message)

    def _take_rights(self, settlement: ProbeSettlement, result: Any) -> None:
        """Allow one keyboard if it could not change anybody else's post. Rights change at any time.

        If no keyboard may be tried at all, the answer shows that the connection works.
        """
        match settlement.answer:
            case ProbeAnswer.DONE if isinstance(result, dict):
                if self._keyboard is None or not _may_edit_others(result):
                    self._is_keyboard_allowed = True
                else:
                    self._result = NotFound(
                        "it can't be looked for: the bot may edit others' posts there"
                    )
            case ProbeAnswer.MISSING | ProbeAnswer.PROTECTED | ProbeAnswer.REFUSED:
                self._result = NotFound(f"it can't be looked for: {settlement.reason}")
            case ProbeAnswer.DONE | ProbeAnswer.GONE | ProbeAnswer.LATER:
                self._put_off(settlement)
            case _:
                assert_never(settlement.answer)

    def _drop(self, *, is_missing: bool = False) -> None:
        """Go on to the next candidate; its first keyboard is the delivery's own again."""
        self._candidates.drop(is_missing=is_missing)
        self._is_keyboard_allowed = self._removes_keyboard = False

    def _nowhere(self) -> NotFound:
        """Return the result of a search in which no candidate is left."""
        if self._candidates.has_more:
            return NotFound(
                f"it is not among the {MOST} messages nearest to it, and there are more"
            )
        return NotFound("it is not there", absent=not self._is_unbounded)

    def _put_off(self, settlement: ProbeSettlement) -> None:
        reason = settlement.reason or "Telegram's answer could not be read"
        self._result = Later(settlement.again_in, reason)


def _may_edit_others(member: Mapping[str, Any]) -> bool:
    """Return True if a ChatMember of the Bot API may edit what others posted in a channel."""
    return bool(member.get("can_edit_messages")) or member.get("status") == "creator"
