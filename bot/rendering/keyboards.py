"""Buttons under messages, and the short words they send back when tapped. Decides nothing about what a tap does.

A button opens an address or sends `data`: at most 64 bytes (Bot API, InlineKeyboardButton). The data here is a letter
and short arguments, readable by `read` for as long as old messages live; a letter is never given another meaning.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.domain import plain_text, topics
from bot.domain.notices import Decision, is_value

DATA_BYTES = 64
#: Longer words are cut by clients on a phone.
LABEL_UNITS = 40
#: Columns of a label that a phone shows of a button with another beside it; Chinese and Japanese letters take two.
BESIDE_COLUMNS = 22
#: Stands before what is chosen; it comes and goes with a tap, and moves no button to another row.
TICK = "✓ "

Button = dict[str, str]
Rows = Sequence[Sequence[Button]]


class Act(StrEnum):
    """What a tap asks for."""

    FOLLOW = "f"  # topic code
    UNFOLLOW = "u"  # topic code
    TOGGLE = "t"  # topic code, page of the topic keyboard
    PAGE = "p"  # page of the topic keyboard, from 0
    DONE = "d"  # close the topic keyboard
    COPY = "c"  # short id: post a copy after all
    RELEASE = "h"  # short id: post a held article
    REPUBLISH = "r"  # short id: open the next edition
    AGAIN = "a"  # short id of a delivery in doubt: post it again; made by earlier versions
    THERE = "e"  # short id of a delivery in doubt: it is there; made by earlier versions
    FOLLOW_OFFERED = "w"  # number of an update: follow the topics that its answer offered
    UNFOLLOW_OFFERED = "x"  # number of an update: stop following them
    FOUND = "s"  # number of the words that were searched for, page of what was found, from 0
    DECIDE = "n"  # an editor's decision by its name (`notices.Decision`), and its value


#: What the buttons of earlier versions under a post in doubt decide.
_DOUBTS = {Act.AGAIN: Decision.POST_AGAIN, Act.THERE: Decision.IT_IS_THERE}


@dataclass(frozen=True, slots=True)
class Tap:
    """A tapped button, read."""

    act: Act
    #: A topic's code, an article's short id or what a decision is about, by `act`; else empty.
    value: str = ""
    page: int = 0
    #: What an editor decides.
    decision: Decision | None = None


def keyboard(rows: Rows) -> dict[str, Any]:
    """Return rows of buttons as the Bot API's `reply_markup`; empty rows are left out."""
    return {"inline_keyboard": [list(row) for row in rows if row]}


def link(label: str, address: str) -> Button:
    """Return a button that opens `address`."""
    return {"text": plain_text.shorten(label, LABEL_UNITS), "url": address}


def decide(label: str, decision: Decision, value: str = "") -> Button:
    """Return a button by which an editor decides."""
    return {"text": plain_text.shorten(label, LABEL_UNITS), "callback_data": f"{Act.DECIDE}:{decision}:{value}"}


def tap(label: str, act: Act, value: str = "", page: int | None = None) -> Button:
    """Return a button that sends `act`, `value` and `page` back. Raises ValueError over 64 bytes: a bug of ours."""
    data = ":".join([act, *([value] if value else []), *([str(page)] if page is not None else [])])
    if len(data.encode()) > DATA_BYTES:
        raise ValueError(f"{data!r} is too long for a button")
    return {"text": plain_text.shorten(label, LABEL_UNITS), "callback_data": data}


def read(data: str) -> Tap | None:
    """Return what a button sent, or None for words that no button of ours ever held."""
    letter, *rest = data.split(":")
    if letter == Act.DECIDE:
        return _decision(rest)
    if letter not in set(Act) or any(not part.isascii() or not part.isalnum() for part in rest):
        return None
    act = Act(letter)
    wanted = {Act.DONE: 0, Act.TOGGLE: 2, Act.FOUND: 2}.get(act, 1)
    if len(rest) != wanted:
        return None
    if act in _DOUBTS:
        return Tap(Act.DECIDE, rest[0], decision=_DOUBTS[act])
    if act not in (Act.TOGGLE, Act.PAGE, Act.FOUND):
        return Tap(act, rest[0] if rest else "")
    if not rest[-1].isdigit() or len(rest[-1]) > 6:
        return None
    return Tap(act, rest[0] if wanted > 1 else "", int(rest[-1]))


def _decision(rest: Sequence[str]) -> Tap | None:
    if len(rest) != 2 or rest[0] not in set(Decision) or not is_value(rest[1]):
        return None
    return Tap(Act.DECIDE, rest[1], decision=Decision(rest[0]))


def follows(names: Iterable[str], label: str = "{}", act: Act = Act.FOLLOW) -> list[list[Button]]:
    """Return one button for each topic that follows (or unfollows) it."""
    return in_rows(tap(label.format(name), act, topics.code(name)) for name in names if topics.key(name))


def in_rows(buttons: Iterable[Button]) -> list[list[Button]]:
    """Return buttons in their order, two in a row where both are short enough to be read there."""
    rows: list[list[Button]] = []
    for button in buttons:
        if rows and len(rows[-1]) == 1 and _fits_beside(rows[-1][0]) and _fits_beside(button):
            rows[-1].append(button)
        else:
            rows.append([button])
    return rows


def _fits_beside(button: Button) -> bool:
    label = button["text"].removeprefix(TICK)
    wide = 0 if label.isascii() else sum(unicodedata.east_asian_width(letter) in "WF" for letter in label)
    return len(label) + wide <= BESIDE_COLUMNS
