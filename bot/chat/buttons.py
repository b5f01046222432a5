"""Taps on inline buttons: each is answered with a line, has its effect once, and changes its message in place.

What a button sends is made and read in `rendering.keyboards`; buttons live as long as their messages, so a tap may come
years later. Decides nothing about articles.
"""

from __future__ import annotations

from typing import Any

from bot.chat import decisions, editors, readers, wishes
from bot.chat.asked import Asked, Keyboard
from bot.chat.office import Office
from bot.delivery import Payload
from bot.notices import Decision
from bot.rendering import keyboards, replies
from bot.rendering.keyboards import Act, Tap
from bot.rendering.replies import Line

_EDITORIAL = (Act.COPY, Act.RELEASE, Act.REPUBLISH)
#: The label of a button that takes back what its message says; the message then says the contrary.
_UNDO = "Undo"
#: The edit that leaves a message without its buttons.
_NO_BUTTONS: Payload = {"method": "editMessageReplyMarkup", "reply_markup": {"inline_keyboard": []}}


async def tapped(office: Office, asked: Asked) -> None:
    """Carry out a tap. It is answered whatever happens, or the person's client would wait."""
    note = ""
    try:
        note = await _act(office, asked, keyboards.read(asked.data))
    finally:
        await office.note(asked, note)


async def is_unfollow(office: Office, asked: Asked) -> bool:
    """Return True for a tap that ends a follow: it is carried out however many taps came before."""
    tap = keyboards.read(asked.data)
    if tap is None or tap.act not in (Act.UNFOLLOW, Act.TOGGLE):
        return False
    if tap.act is Act.UNFOLLOW:
        return True
    topic = await office.desk(wishes.named, office.taxonomy, tap.value)
    return topic is not None and topic in await office.desk(wishes.followed, asked)


async def _act(office: Office, asked: Asked, tap: Tap | None) -> str:
    """Carry out a tap and return the line that answers it."""
    if tap is None:
        return _notice(office, "expired")
    if tap.act in _EDITORIAL:
        return await _decide(office, asked, tap) if office.is_editor(asked) else _notice(office, "expired")
    if tap.decision is not None:
        return await _carry_out(office, asked, tap.decision, tap.value)
    if not await office.may_change(asked):
        return _notice(office, "admins_only")
    if tap.act is Act.PAGE:
        return await _page(office, asked, tap.page)
    if tap.act is Act.DONE:
        done = replies.topics_done(office.templates, await office.desk(wishes.followed, asked))
        await office.edit(asked, done)
        return ""
    return await _choose(office, asked, tap)


async def _page(office: Office, asked: Asked, page: int) -> str:
    """Turn the keyboard of topics to a page, or bring it where another message offers it."""
    shown = await readers.keyboard(office, asked, page)
    await (office.edit if _is_topic_keyboard(asked.keyboard) else office.reply)(asked, shown)
    return ""


async def _choose(office: Office, asked: Asked, tap: Tap) -> str:
    """Follow a topic or stop following it."""
    topic = await office.desk(wishes.named, office.taxonomy, tap.value)
    if topic is None:
        return _notice(office, "expired")
    work = {Act.FOLLOW: wishes.follow_one, Act.UNFOLLOW: wishes.unfollow_one}.get(tap.act, wishes.toggle)
    done = await office.once(asked, lambda db: work(db, asked, topic))
    if tap.act is Act.TOGGLE:
        await office.edit(asked, await readers.keyboard(office, asked, tap.page))
    elif _is_undo(asked):
        await office.edit(asked, _contrary(office, done))
    else:
        await office.edit(asked, _turned(asked, topic, on=done["on"]))
    return _notice(office, "followed" if done["on"] else "unfollowed", topic, back=done.get("back", False))


async def _decide(office: Office, asked: Asked, tap: Tap) -> str:
    """Carry out an editor's tap; the status it was under then shows how things stand now."""
    decided = await editors.decide(office, asked, tap.act, tap.value)
    if tap.act is not Act.REPUBLISH:
        await office.edit(asked, await editors.status(office, asked))
        if decided.payload:
            await office.reply(asked, decided.payload)
    elif decided.payload:
        await office.edit(asked, decided.payload)
    return _notice(office, "posted" if decided.changed else "nothing_left")


async def _carry_out(office: Office, asked: Asked, decision: Decision, value: str) -> str:
    """Carry out an editor's decision; the question makes way for what was decided, or loses its buttons."""
    handler = decisions.HANDLERS.get(decision)
    if not handler or not office.is_editor(asked):
        return _notice(office, "expired")
    answer = await handler(office, asked, value)
    await office.edit(asked, answer or _NO_BUTTONS)
    return _notice(office, "decided" if answer else "nothing_left")


def _contrary(office: Office, done: dict[str, Any]) -> Payload:
    if done["on"]:
        return replies.following(office.templates, [done["topic"]], total=done["total"])
    return replies.unfollowed(office.templates, [done["topic"]], left=done["total"])


def _turned(asked: Asked, topic: str, *, on: bool) -> Payload:
    """Return the edit that turns the tapped button into the one that takes it back; the others stay."""
    label, act = (f"✓ {topic}", Act.UNFOLLOW) if on else (f"Follow {topic}", Act.FOLLOW)
    button = next(iter(keyboards.follows([topic], label.replace("{", "{{").replace("}", "}}"), act)[0]))
    rows = [[button if old.get("callback_data") == asked.data else old for old in row] for row in asked.keyboard]
    return {"method": "editMessageReplyMarkup", "reply_markup": keyboards.keyboard(rows or [[button]])}


def _is_undo(asked: Asked) -> bool:
    return any(
        one.get("callback_data") == asked.data and one.get("text") == _UNDO for row in asked.keyboard for one in row
    )


def _is_topic_keyboard(keyboard: Keyboard) -> bool:
    return any(one.get("callback_data") == Act.DONE for row in keyboard for one in row)


def _notice(office: Office, kind: Line, topic: str = "", *, back: bool = False) -> str:
    return replies.notice(office.templates, kind, topic, back=back)
