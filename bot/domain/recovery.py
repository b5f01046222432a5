"""Search for a post that may have been sent: what to ask next, and what an answer proves. Pure.

`Search.next` returns the next probe or the result; `answered` takes the answer to a probe. No probe
changes a post that somebody else may have written (docs/architecture.md, Doubt and recovery). Makes
no call, reads no clock and knows no table.
"""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, assert_never
from urllib.parse import parse_qs, urlsplit

from bot.domain.candidates import MOST, Bounds, numbers_between
from bot.domain.delivery import Payload
from bot.domain.interpretation import after_probe
from bot.domain.outcome import Outcome
from bot.domain.settlement import PROBE_AGAIN_SECONDS, ProbeAnswer, ProbeSettlement

#: After this many numbers in a row without a message, above all known ones, the chat has ended.
BEYOND = 3
#: Why a post that was seen is not taken for the delivery's.
ALIKE = "it can't be told from the same post in another thread of the chat"
NO_KEYBOARD: Mapping[str, Any] = {"inline_keyboard": []}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is searched for: a delivery's payload as Telegram would show it, and where."""

    chat_id: int
    #: The bot's own number.
    me: int
    #: What is read: no markup.
    text: str
    keyboard: Mapping[str, Any] | None = None
    #: The same words may have gone to another thread of the chat; a copy does not show its thread.
    in_other_thread: bool = False


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
    """Set a keyboard on a candidate: the delivery's own, which changes nothing on the post itself.

    If another message of the bot changed, it is returned with its text, which shows that it is not
    the post.
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
    """One search: `next` returns the next probe or the result, `answered` takes an answer."""

    def __init__(self, target: Target, bounds: Bounds, editors: Sequence[int]) -> None:
        """editors: the private chats that candidates may be forwarded to, tried in this order."""
        self._target = target
        numbers = list(islice(numbers_between(bounds), MOST + 1))
        self._left = deque(numbers[:MOST])
        #: There are more candidates than these.
        self._has_more = len(numbers) > MOST
        #: Neither end of the search is known, so nothing can prove that the post is absent.
        self._is_unbounded = bounds.before is None and bounds.after is None
        self._editors = deque(editors)
        #: Numbers above this one without a message count towards the end of the chat; None: the end
        #: is known.
        self._top: int | None = None
        if bounds.after is None:
            self._top = max(bounds.known | {bounds.before or 0, bounds.floor})
        # Without a lower bound, posts that this bot sent with another database may be among the
        # candidates, and their keyboards must stay.
        self._may_set_keyboards = (
            bounds.before is not None and target.keyboard is not None
        )
        #: A keyboard may be set: the bot was found to lack the right to edit others' posts. Asked
        #: anew for each keyboard.
        self._allowed = False
        #: The next keyboard is an empty one.
        self._bare = False
        #: Numbers in a row without a message.
        self._misses = 0
        self._result: Result | None = None

    def next(self) -> Step | Result:
        """Return the next probe, or the result."""
        if self._result:
            return self._result
        if not self._left and self._has_more:
            return NotFound(
                f"it is not among the {MOST} messages nearest to it, and there are more"
            )
        if not self._left:
            return NotFound("it is not there", absent=not self._is_unbounded)
        if self._editors:
            return ForwardProbe(self._left[0], self._editors[0])
        if not self._allowed:
            return RightsProbe()
        if not self._may_set_keyboards or self._target.keyboard is None:
            return NotFound(
                "it can't be looked for: no editor can be reached, or the chat forbids forwarding"
            )
        return KeyboardProbe(
            self._left[0], NO_KEYBOARD if self._bare else self._target.keyboard
        )

    def answered(
        self, step: Step, outcome: Outcome, result: Any, *, touched: bool = False
    ) -> None:
        """Take the answer to a probe: its outcome, and Telegram's result if there is one.

        touched: an earlier search may have set the same keyboard there; its answer was lost.
        """
        settlement = after_probe(outcome)
        if isinstance(step, RightsProbe):
            self._rights(settlement, result)
            return
        match settlement.answer:
            case ProbeAnswer.DONE if isinstance(step, KeyboardProbe) and result is None:
                self._unmodified(step, touched)
            case ProbeAnswer.DONE:
                self._proof(step, result)
            case ProbeAnswer.MISSING:
                self._pass(missing=True)
            case ProbeAnswer.PROTECTED if isinstance(step, ForwardProbe):
                self._editors.clear()
            case ProbeAnswer.PROTECTED | ProbeAnswer.REFUSED:
                self._pass(missing=False)
            case ProbeAnswer.GONE if isinstance(step, ForwardProbe):
                self._editors.popleft()
            case ProbeAnswer.GONE | ProbeAnswer.LATER:
                self._put_off(settlement)
            case _:
                assert_never(settlement.answer)

    def skip(self) -> None:
        """Leave out the next candidate: it is known by now to be another message."""
        self._pass(missing=False)

    def _proof(self, step: ForwardProbe | KeyboardProbe, result: Any) -> None:
        shown = result if isinstance(result, dict) else {}
        is_own = isinstance(step, KeyboardProbe) or comes_from(
            shown, self._target.chat_id, self._target.me, step.message
        )
        if is_own and _shows(shown, self._target):
            self._result = (
                Found(step.message)
                if self._is_distinct(step, shown)
                else NotFound(ALIKE)
            )
        else:
            self._pass(missing=False)

    def _is_distinct(
        self, step: ForwardProbe | KeyboardProbe, shown: Mapping[str, Any]
    ) -> bool:
        """Return True if no other delivery's message could look like this one."""
        by_buttons = isinstance(step, ForwardProbe) and bool(
            _deep_links(shown.get("reply_markup"))
        )
        return by_buttons or not self._target.in_other_thread

    def _unmodified(self, step: KeyboardProbe, touched: bool) -> None:
        """Take "not modified": it is the post, unless an earlier search set its keyboard.

        In that case the keyboard is removed: that works only on a message of this bot, and Telegram
        returns its text.
        """
        if not touched and not self._bare:
            self._result = Found(step.message)
        elif self._bare:
            self._result = Later(
                PROBE_AGAIN_SECONDS, "the message changed in the meantime"
            )
        else:
            self._bare, self._allowed = True, False

    def _rights(self, settlement: ProbeSettlement, result: Any) -> None:
        """Allow one keyboard if it could not change anybody else's post. Rights change at any time.

        If no keyboard may be tried at all, the answer shows that the connection works.
        """
        match settlement.answer:
            case ProbeAnswer.DONE if isinstance(result, dict):
                may_edit_others = (
                    result.get("can_edit_messages") or result.get("status") == "creator"
                )
                self._allowed = not (may_edit_others and self._may_set_keyboards)
                if not self._allowed:
                    self._result = NotFound(
                        "it can't be looked for: the bot may edit others' posts there"
                    )
            case ProbeAnswer.MISSING | ProbeAnswer.PROTECTED | ProbeAnswer.REFUSED:
                self._result = NotFound(f"it can't be looked for: {settlement.reason}")
            case ProbeAnswer.DONE | ProbeAnswer.GONE | ProbeAnswer.LATER:
                self._put_off(settlement)
            case _:
                assert_never(settlement.answer)

    def _pass(self, *, missing: bool) -> None:
        number = self._left.popleft()
        self._allowed = self._bare = False
        if self._top is None or number <= self._top:
            return
        self._misses = self._misses + 1 if missing else 0
        if self._misses >= BEYOND:
            self._left.clear()
            self._has_more = False

    def _put_off(self, settlement: ProbeSettlement) -> None:
        reason = settlement.reason or "Telegram's answer could not be read"
        self._result = Later(settlement.again_in, reason)


def comes_from(copy: Mapping[str, Any], chat_id: int, me: int, message: int) -> bool:
    """Return True if a forwarded copy's origin is that message of the chat.

    The origin is the Bot API's MessageOrigin. In a group it names the sender only: the bot.
    """
    origin = copy.get("forward_origin") or {}
    if origin.get("type") == "channel":
        return bool(origin["chat"]["id"] == chat_id and origin["message_id"] == message)
    if origin.get("type") == "chat":
        return bool(origin["sender_chat"]["id"] == chat_id)
    return bool(origin.get("type") == "user" and origin["sender_user"]["id"] == me)


def _shows(message: Mapping[str, Any], target: Target) -> bool:
    """Return True if a message has the target's text and no other delivery's keyboard."""
    if folded(message.get("text") or message.get("caption") or "") != folded(
        target.text
    ):
        return False
    mine, theirs = (
        _deep_links(target.keyboard),
        _deep_links(message.get("reply_markup")),
    )
    return not theirs or mine == theirs  # a copy may come without its buttons


def folded(text: str) -> str:
    """Return a text without what Telegram may change: invisible characters, repeated spaces."""
    letters = (
        " " if letter.isspace() else letter
        for letter in unicodedata.normalize("NFC", text)
    )
    visible = "".join(
        letter for letter in letters if unicodedata.category(letter)[0] != "C"
    )
    return " ".join(visible.split())


def _deep_links(markup: Payload | Mapping[str, Any] | None) -> set[str]:
    """Return the payloads of a keyboard's deep links, one of which carries the delivery's id."""
    rows = (markup or {}).get("inline_keyboard", ())
    addresses = [
        button["url"] for button in chain.from_iterable(rows) if "url" in button
    ]
    payloads = (
        parse_qs(urlsplit(address).query).get("start", ()) for address in addresses
    )
    return set(chain.from_iterable(payloads))
