"""Search for a post that may have gone out: where it can be, what to ask next, what an answer proves. Pure.

`Search.next` returns the next probe or the result; `answered` takes what came of a probe. No probe changes a post that
may be somebody else's (docs/architecture.md, Doubt and recovery). Makes no call, reads no clock and knows no table.
"""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import Any, assert_never
from urllib.parse import parse_qs, urlsplit

from bot.domain.delivery import Payload
from bot.domain.interpretation import after_probe
from bot.domain.outcome import Outcome
from bot.domain.settlement import PROBE_AGAIN_SECONDS, ProbeAnswer, ProbeSettlement

#: Candidates of one look.
MOST = 20
#: Numbers in a row without a message, above all we know, after which there is taken to be no more.
BEYOND = 3
ALIKE = "it can't be told from the same post in another thread of the chat"
NO_KEYBOARD: Mapping[str, Any] = {"inline_keyboard": []}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What is known of a chat's message numbers, which only rise, around an attempt."""

    #: The last one that was there before the attempt began.
    before: int | None = None
    #: The first one of a post that began when the attempt could no longer take effect.
    after: int | None = None
    #: Those in between that are accounted for: our own posts, and others' that we were told of.
    known: frozenset[int] = frozenset()
    #: The attempt lies nearer, in time, to `after` than to `before`.
    late: bool = False
    #: The post's number is above this one, though messages of before the attempt are, too.
    floor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is looked for: a delivery's payload as Telegram would show it, and where."""

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
    """Put a keyboard under a candidate: the delivery's own, where it is already if the candidate is the post.

    An own message that did change comes back with its words, which tell whose it is.
    """

    message: int
    keyboard: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """The post is there, under this number."""

    message: int


@dataclass(frozen=True, slots=True)
class NotFound:
    """The post was not found. absent: it was looked for wherever it can be; otherwise it may be there all the same."""

    reason: str
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """It could not be looked for now."""

    seconds: float
    reason: str


Step = ForwardProbe | RightsProbe | KeyboardProbe
Result = Found | NotFound | Later


def candidates(around: Bounds) -> list[int]:
    """Return the numbers the post may have, likeliest first, at most MOST."""
    return list(islice(_numbers(around), MOST))


def _numbers(around: Bounds) -> Iterator[int]:
    first = max(around.before or 0, around.floor) + 1
    if around.after is None:
        numbers: Iterator[int] = count(first)
    else:
        between = range(first, around.after)
        numbers = iter(reversed(between) if around.late or around.before is None else between)
    return (number for number in numbers if number not in around.known)


class Search:
    """One search. `next` is what to do, or the verdict; `answered` takes what came of it."""

    def __init__(self, wanted: Target, around: Bounds, editors: Sequence[int]) -> None:
        """editors: the private chats that candidates may be forwarded to, tried in this order."""
        self._target_of = wanted
        self._left = deque(candidates(around))
        #: There are more candidates than these.
        self._cut = len(list(islice(_numbers(around), MOST + 1))) > MOST
        #: Neither end of the search is known, so that nothing proves that the post is absent.
        self._vague = around.before is None and around.after is None
        self._editors = deque(editors)
        #: Above this a number without a message counts towards the end; None: the end is known.
        self._top = max(around.known | {around.before or 0, around.floor}) if around.after is None else None
        # Without a lower bound, posts of an earlier life of this bot, whose keyboards must stay, may be among them.
        self._may_retouch = around.before is not None and wanted.keyboard is not None
        self._allowed = False
        self._bare = False
        self._misses = 0
        self._result: Result | None = None

    def next(self) -> Step | Result:
        """Return what to do next, or what the look came to."""
        if self._result:
            return self._result
        if not self._left and self._cut:
            return NotFound(f"it is not among the {MOST} messages nearest to it, and there are more")
        if not self._left:
            return NotFound("it is not there", absent=not self._vague)
        if self._editors:
            return ForwardProbe(self._left[0], self._editors[0])
        if not self._allowed:
            return RightsProbe()
        if not self._may_retouch or self._target_of.keyboard is None:
            return NotFound("it can't be looked for: no editor can be reached, or the chat forbids forwarding")
        return KeyboardProbe(self._left[0], NO_KEYBOARD if self._bare else self._target_of.keyboard)

    def answered(self, step: Step, came: Outcome, result: Any, *, touched: bool = False) -> None:
        """Take the answer to a step: its Outcome, and Telegram's result where there is one.

        touched: an earlier look may have put the same keyboard under that candidate, and nobody heard whether it did.
        """
        settlement = after_probe(came)
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
        """Leave out the next candidate: it has turned out to be accounted for."""
        self._pass(missing=False)

    def _proof(self, step: ForwardProbe | KeyboardProbe, result: Any) -> None:
        shown = result if isinstance(result, dict) else {}
        is_own = isinstance(step, KeyboardProbe) or comes_from(
            shown, self._target_of.chat_id, self._target_of.me, step.message
        )
        if is_own and _shows(shown, self._target_of):
            self._result = Found(step.message) if self._is_told_apart(step, shown) else NotFound(ALIKE)
        else:
            self._pass(missing=False)

    def _is_told_apart(self, step: ForwardProbe | KeyboardProbe, shown: Mapping[str, Any]) -> bool:
        """Return True if no other delivery's message could look like this one."""
        by_buttons = isinstance(step, ForwardProbe) and bool(_deep_links(shown.get("reply_markup")))
        return by_buttons or not self._target_of.in_other_thread

    def _unmodified(self, step: KeyboardProbe, touched: bool) -> None:
        """Take "message is not modified": the post, or one that an earlier look gave its keyboard, to be laid bare."""
        if not touched and not self._bare:
            self._result = Found(step.message)
        elif self._bare:
            self._result = Later(PROBE_AGAIN_SECONDS, "the message changed in the meantime")
        else:
            self._bare, self._allowed = True, False

    def _rights(self, settlement: ProbeSettlement, result: Any) -> None:
        """Allow one keyboard if nobody else's post could be changed by it: rights may change at any time.

        Where no keyboard may be tried at all, the answer tells that the connection works.
        """
        match settlement.answer:
            case ProbeAnswer.DONE if isinstance(result, dict):
                may_edit_others = result.get("can_edit_messages") or result.get("status") == "creator"
                self._allowed = not (may_edit_others and self._may_retouch)
                if not self._allowed:
                    self._result = NotFound("it can't be looked for: the bot may edit others' posts there")
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
            self._cut = False

    def _put_off(self, settlement: ProbeSettlement) -> None:
        reason = settlement.reason or "Telegram's answer could not be read"
        self._result = Later(settlement.again_in, reason)


def comes_from(copy: Mapping[str, Any], chat_id: int, me: int, message: int) -> bool:
    """Say whether a forwarded copy's origin (Bot API, MessageOrigin) is a message of that chat, ours in a group."""
    origin = copy.get("forward_origin") or {}
    if origin.get("type") == "channel":
        return bool(origin["chat"]["id"] == chat_id and origin["message_id"] == message)
    if origin.get("type") == "chat":
        return bool(origin["sender_chat"]["id"] == chat_id)
    return bool(origin.get("type") == "user" and origin["sender_user"]["id"] == me)


def _shows(message: Mapping[str, Any], wanted: Target) -> bool:
    """Say whether a message reads as wanted, and carries no other delivery's keyboard."""
    if folded(message.get("text") or message.get("caption") or "") != folded(wanted.text):
        return False
    mine, theirs = _deep_links(wanted.keyboard), _deep_links(message.get("reply_markup"))
    return not theirs or mine == theirs  # a copy may come without its buttons


def folded(text: str) -> str:
    """Return a text without what Telegram may change of it: unseen characters, the number of spaces."""
    seen = (" " if letter.isspace() else letter for letter in unicodedata.normalize("NFC", text))
    return " ".join("".join(letter for letter in seen if unicodedata.category(letter)[0] != "C").split())


def _deep_links(markup: Payload | Mapping[str, Any] | None) -> set[str]:
    """Return the payloads of a keyboard's deep links, one of which carries the delivery's id."""
    rows = (markup or {}).get("inline_keyboard", ())
    addresses = [button["url"] for row in rows for button in row if "url" in button]
    return {start for address in addresses for start in parse_qs(urlsplit(address).query).get("start", ())}
