"""Buttons under messages and their callback data, written by `tap`, read by `read`.

Carries out no tap. A button opens an address or sends callback data: at most 64 bytes (Bot API,
InlineKeyboardButton). The data here is a letter and short arguments. Buttons live as long as their
messages, so a letter is never given another meaning.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any

from bot.domain import plain_text, topics
from bot.domain.notices import Decision, is_value
from bot.rendering.labels import Label

DATA_BYTES = 64
#: Longer words are cut by clients on a phone.
LABEL_UNITS = 40
#: Columns of a label that a phone shows with another button beside it; a CJK letter takes two.
BESIDE_COLUMNS = 22
#: Stands before a chosen topic. Not counted for rows, so that a tap moves no button.
TICK = "✓ "

Button = dict[str, str]
Rows = Sequence[Sequence[Button]]


class Act(StrEnum):
    """What a tap asks for. The value is the first letter of the callback data."""

    #: Follow a topic. Value: its code.
    FOLLOW = "f"
    #: Stop following a topic. Value: its code.
    UNFOLLOW = "u"
    #: Follow a topic or stop following it. Value: its code, then the page of the topic keyboard.
    TOGGLE = "t"
    #: Show a page of the topic keyboard, from 0.
    PAGE = "p"
    #: Close the topic keyboard.
    DONE = "d"
    #: Post a copy after all. Value: short id of the article.
    COPY = "c"
    #: Post a held article. Value: its short id.
    RELEASE = "h"
    #: Open the next edition of an article. Value: its short id.
    REPUBLISH = "r"
    #: Take a doubtful delivery for posted. Value: its short id. Of earlier versions, as AGAIN.
    AGAIN = "a"
    #: Take a doubtful delivery for posted. Value: its short id. As AGAIN, of earlier versions.
    THERE = "e"
    #: Follow the topics that the reply to an update offered. Value: number of the update.
    FOLLOW_OFFERED = "w"
    #: Stop following the topics that the reply to an update followed. Value: number of the update.
    UNFOLLOW_OFFERED = "x"
    #: Show a page of what a search found, from 0. Value: number of the words searched for.
    FOUND = "s"
    #: Carry out an editor's decision. Value: its name (`notices.Decision`), then what it is about.
    DECIDE = "n"


#: Ends the data of a button that takes back what its message reports: FOLLOW or UNFOLLOW.
_UNDO = "undo"
#: The label that alone marks such a button in messages of version 0.1.0.
_UNDO_OF_0_1_0 = "Undo"
#: What the buttons of earlier versions under a doubtful post decide.
_DOUBTS = {Act.AGAIN: Decision.POST_AGAIN, Act.THERE: Decision.IT_IS_THERE}
#: Acts whose data ends in a page.
_PAGED = frozenset((Act.TOGGLE, Act.PAGE, Act.FOUND))
#: How many arguments follow the letter of an act, where it is not one.
_ARGUMENTS = {Act.DONE: 0, Act.TOGGLE: 2, Act.FOUND: 2}
_PAGE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Tap:
    """What a tapped button asks for, read from its callback data."""

    act: Act
    #: A topic's code, an article's short id or what a decision is about, by `act`; else empty.
    value: str = ""
    page: int = 0
    #: What an editor decides.
    decision: Decision | None = None


def keyboard(rows: Rows) -> dict[str, Any]:
    """Return rows of buttons as the `reply_markup` of the Bot API; empty rows are left out."""
    shown = [list(row) for row in rows if row]
    return {"inline_keyboard": shown}


def link(label: str, address: str) -> Button:
    """Return a button that opens `address`."""
    return {"text": _shown(label), "url": address}


def decide(label: str, decision: Decision, value: str = "") -> Button:
    """Return a button by which an editor decides."""
    data = f"{Act.DECIDE}:{decision}:{value}"
    return _button(label, data)


def tap(label: str, act: Act, value: str = "", page: int | None = None) -> Button:
    """Return a button that sends `act`, `value` and `page`."""
    data = act.value
    if value:
        data += f":{value}"
    if page is not None:
        data += f":{page}"
    return _button(label, data)


def _button(label: str, data: str) -> Button:
    """Return a button that sends callback data.

    Raises ValueError if that takes more than 64 bytes, which is a bug.
    """
    if len(data.encode()) > DATA_BYTES:
        raise ValueError(f"{data!r} is too long for a button")
    return {"text": _shown(label), "callback_data": data}


def _shown(label: str) -> str:
    return plain_text.shorten(str(label), LABEL_UNITS)


def read(data: str) -> Tap | None:
    """Return what callback data asks for, or None for data that no button of this bot ever had.

    This is the one place where callback data is read.
    """
    letter, *arguments = data.split(":")
    if letter == Act.DECIDE:
        return _decision(arguments)
    if _has_undo(letter, arguments):
        del arguments[1]
    if letter not in set(Act) or not all(map(_is_argument, arguments)):
        return None
    act = Act(letter)
    if len(arguments) != _ARGUMENTS.get(act, 1):
        return None
    if act in _PAGED:
        return _paged(act, arguments)
    value = arguments[0] if arguments else ""
    if decision := _DOUBTS.get(act):
        return Tap(Act.DECIDE, value, decision=decision)
    return Tap(act, value)


def is_undo(rows: Rows, data: str) -> bool:
    """Return True if the button with that callback data takes back what its message reports."""
    letter, *arguments = data.split(":")
    if _has_undo(letter, arguments):
        return True
    tapped = [one for one in _all(rows) if one.get("callback_data") == data]
    labels = [one["text"] for one in tapped]
    return _UNDO_OF_0_1_0 in labels


def _has_undo(letter: str, arguments: Sequence[str]) -> bool:
    return letter in (Act.FOLLOW, Act.UNFOLLOW) and arguments[1:] == [_UNDO]


def is_topic_keyboard(rows: Rows) -> bool:
    """Return True for the keyboard of all topics, which alone has a button that closes it."""
    data = [one.get("callback_data") for one in _all(rows)]
    return Act.DONE in data


def replaced(rows: Rows, data: str, button: Button) -> list[list[Button]]:
    """Return the rows; the button whose callback data is `data` is replaced by `button`."""
    new = [list(row) for row in rows]
    for row in new:
        for column, one in enumerate(row):
            if one.get("callback_data") == data:
                row[column] = button
    return new


def _all(rows: Rows) -> Iterable[Button]:
    return chain.from_iterable(rows)


def _is_argument(text: str) -> bool:
    return text.isascii() and text.isalnum()


def _paged(act: Act, arguments: Sequence[str]) -> Tap | None:
    page = arguments[-1]
    if not page.isdigit() or len(page) > _PAGE_DIGITS:
        return None
    value = ""
    if act is not Act.PAGE:
        value = arguments[0]
    return Tap(act, value, int(page))


def _decision(arguments: Sequence[str]) -> Tap | None:
    if len(arguments) != 2:
        return None
    name, value = arguments
    if name not in set(Decision) or not is_value(value):
        return None
    return Tap(Act.DECIDE, value, decision=Decision(name))


def all_topics() -> list[Button]:
    """Return the row that opens the keyboard of all topics."""
    return [tap(Label.ALL_TOPICS, Act.PAGE, page=0)]


def page_turns(act: Act, page: int, *, more: bool, value: str = "") -> list[Button]:
    """Return the buttons that turn the page. more: there is a next page."""
    buttons = []
    if page > 0:
        back = tap(Label.PREVIOUS_PAGE, act, value, page - 1)
        buttons.append(back)
    if more:
        forward = tap(Label.NEXT_PAGE, act, value, page + 1)
        buttons.append(forward)
    return buttons


def follows(
    names: Iterable[str], label: str = "{}", act: Act = Act.FOLLOW
) -> list[list[Button]]:
    """Return one button for each topic that follows (or unfollows) it."""
    buttons = []
    for name in filter(topics.key, names):
        code = topics.code(name)
        buttons.append(tap(label.format(name), act, code))
    return in_rows(buttons)


def undos(names: Iterable[str], act: Act) -> list[list[Button]]:
    """Return the buttons that take back by `act` what a message reports, one for each topic.

    A tap on the only one turns the message into the opposite: see `is_undo`.
    """
    named = list(filter(topics.key, names))
    if len(named) != 1:
        return follows(named, Label.UNDO_ONE, act)
    code = topics.code(named[0])
    return [[_button(Label.UNDO, f"{act}:{code}:{_UNDO}")]]


def in_rows(buttons: Iterable[Button]) -> list[list[Button]]:
    """Return buttons in their order, two in a row if both labels are short."""
    rows: list[list[Button]] = []
    beside = False
    for button in buttons:
        is_short = _is_short(button)
        if beside and is_short:
            rows[-1].append(button)
            beside = False
        else:
            rows.append([button])
            beside = is_short
    return rows


def _is_short(button: Button) -> bool:
    """Return True if a phone shows another button beside it."""
    label = button["text"].removeprefix(TICK)
    columns = len(label)
    if not label.isascii():
        widths = map(unicodedata.east_asian_width, label)
        columns += sum(width in "WF" for width in widths)
    return columns <= BESIDE_COLUMNS
