"""Taps on inline buttons: each is answered with a line, has its effect once, and changes its message in place.

What a button sends is made and read in `rendering.keyboards`; buttons live as long as their messages, so a tap may come
years later. Decides nothing about articles.
"""

from __future__ import annotations

from typing import Any

from bot.conversation import decisions, editors, readers, subscriptions
from bot.conversation.context import Office, Permission
from bot.conversation.request import Asked, Keyboard
from bot.domain.article import from_short_id
from bot.domain.delivery import Payload
from bot.domain.notices import Decision
from bot.rendering import keyboards, replies
from bot.rendering.keyboards import Act, Tap
from bot.rendering.taps import Line
from bot.store import searches

_EDITORIAL = (Act.COPY, Act.RELEASE, Act.REPUBLISH)
#: The label of a button that takes back what its message says; the message then says the contrary.
_UNDO = "Undo"
#: The edit that leaves a message without its buttons.
_NO_BUTTONS: Payload = {"method": "editMessageReplyMarkup", "reply_markup": {"inline_keyboard": []}}


async def tapped(office: Office, asked: Asked) -> None:
    """Carry out a tap. It is answered whatever happens, or the person's client would wait."""
    note = ""
    refused = False
    try:
        tap = keyboards.read(asked.data)
        refusal = await _refusal(office, asked, tap)
        refused = refusal is not None
        note = refusal or await _act(office, asked, tap)
    finally:
        await office.note(asked, note, alert=refused)


async def is_unfollow(office: Office, asked: Asked) -> bool:
    """Return True for a tap that ends a follow: it is carried out however many taps came before."""
    tap = keyboards.read(asked.data)
    if tap is None or tap.act not in (Act.UNFOLLOW, Act.UNFOLLOW_OFFERED, Act.TOGGLE):
        return False
    if tap.act is not Act.TOGGLE:
        return True
    topic = await office.desk(subscriptions.named, office.taxonomy, tap.value)
    return topic is not None and topic in await office.desk(subscriptions.followed, asked)


async def _refusal(office: Office, asked: Asked, tap: Tap | None) -> str | None:
    """Return the line for who may not change what a group gets: an alert, which only they see."""
    if tap is None or asked.private or asked.thread_unknown or tap.act in (*_EDITORIAL, Act.FOUND) or tap.decision:
        return None
    match await office.permission(asked):
        case Permission.GRANTED:
            return None
        case Permission.DENIED:
            return _notice(office, asked, "admins_only")
        case Permission.HIDDEN:
            return _notice(office, asked, "members_hidden")


async def _act(office: Office, asked: Asked, tap: Tap | None) -> str:
    """Carry out a tap and return the line that answers it."""
    if tap is None or asked.thread_unknown:
        return _notice(office, asked, "expired")
    if tap.act in _EDITORIAL:
        return await _decide(office, asked, tap) if office.is_editor(asked) else _notice(office, asked, "expired")
    if tap.decision is not None:
        return await _carry_out(office, asked, tap.decision, tap.value)
    if tap.act is Act.PAGE:
        return await _page(office, asked, tap.page)
    if tap.act is Act.FOUND:
        return await _turn(office, asked, tap)
    if tap.act is Act.DONE:
        done = replies.topics_done(office.words(asked), await office.desk(subscriptions.followed, asked))
        await office.edit(asked, done)
        return ""
    if tap.act in (Act.FOLLOW_OFFERED, Act.UNFOLLOW_OFFERED):
        return await _take_up(office, asked, tap)
    return await _choose(office, asked, tap)


async def _turn(office: Office, asked: Asked, tap: Tap) -> str:
    """Turn to a page of what was found."""
    words = await office.desk(searches.words_of, from_short_id(tap.value) or 0)
    shown = await readers.found_page(office, asked, words, tap.page) if words is not None else None
    if shown is None:
        return _notice(office, asked, "expired")
    await office.edit(asked, shown)
    return ""


async def _page(office: Office, asked: Asked, page: int) -> str:
    """Turn the keyboard of topics to a page, or bring it where another message offers it."""
    shown = await readers.keyboard(office, asked, page)
    await (office.edit if _is_topic_keyboard(asked.keyboard) else office.reply)(asked, shown)
    return ""


async def _choose(office: Office, asked: Asked, tap: Tap) -> str:
    """Follow a topic or stop following it."""
    topic = await office.desk(subscriptions.named, office.taxonomy, tap.value)
    if topic is None:
        return _notice(office, asked, "expired")
    limit = office.max_follows
    if tap.act is Act.FOLLOW:
        done = await office.once(asked, lambda db: subscriptions.follow_one(db, asked, topic, limit))
    elif tap.act is Act.UNFOLLOW:
        done = await office.once(asked, lambda db: subscriptions.unfollow_one(db, asked, topic))
    else:
        done = await office.once(asked, lambda db: subscriptions.toggle(db, asked, topic, limit))
    if done["full"]:
        return _notice(office, asked, "full", str(limit))
    if tap.act is Act.TOGGLE:
        await office.edit(asked, await readers.keyboard(office, asked, tap.page))
    elif _is_undo(asked):
        await office.edit(asked, _contrary(office, asked, done))
    else:
        await office.edit(asked, _turned(asked, topic, on=done["on"]))
    return _notice(office, asked, "followed" if done["on"] else "unfollowed", topic, back=done.get("back", False))


async def _take_up(office: Office, asked: Asked, tap: Tap) -> str:
    """Follow what an answer offered, or take that back; its message then says so."""
    if not tap.value.isdecimal():
        return _notice(office, asked, "expired")
    update, limit = int(tap.value), office.max_follows
    if tap.act is Act.FOLLOW_OFFERED:
        done = await office.once(asked, lambda db: subscriptions.follow_offered(db, asked, update, limit))
    else:
        done = await office.once(asked, lambda db: subscriptions.unfollow_offered(db, asked, update))
    if done is None:
        return _notice(office, asked, "expired")
    if tap.act is Act.UNFOLLOW_OFFERED:
        words, left = office.words(asked), len(done["follows"])
        await office.edit(asked, replies.unfollowed(words, done["names"], left=left, update=update))
        return _notice(office, asked, "unfollowed", ", ".join(done["names"]))
    if done["full"] and not done["added"]:
        return _notice(office, asked, "full", str(limit))
    await office.edit(asked, readers.following(office, asked, done, asked.update))
    return _notice(office, asked, "followed", ", ".join(done["added"] or done["already"]), back=done["back"])


async def _decide(office: Office, asked: Asked, tap: Tap) -> str:
    """Carry out an editor's tap; the status it was under then shows how things stand now."""
    decided = await editors.decide(office, asked, tap.act, tap.value)
    if tap.act is not Act.REPUBLISH:
        await office.edit(asked, await editors.status(office, asked))
        if decided.payload:
            await office.reply(asked, decided.payload, remember=True)
    elif decided.payload:
        await office.edit(asked, decided.payload, remember=True)
    return _notice(office, asked, decided.line) if decided.line else ""


async def _carry_out(office: Office, asked: Asked, decision: Decision, value: str) -> str:
    """Carry out an editor's decision; the question makes way for what was decided, or loses its buttons."""
    handler = decisions.HANDLERS.get(decision)
    if not handler or not office.is_editor(asked):
        return _notice(office, asked, "expired")
    answer = await handler(office, asked, value)
    if answer is None:
        await office.edit(asked, _NO_BUTTONS)
        return _notice(office, asked, "nothing_left")
    payload, line = (answer.payload, answer.line) if isinstance(answer, decisions.Answer) else (answer, "decided")
    await office.edit(asked, payload, remember=True)
    return _notice(office, asked, line)


def _contrary(office: Office, asked: Asked, done: dict[str, Any]) -> Payload:
    if done["on"]:
        return replies.following(office.words(asked), [done["topic"]], total=done["total"])
    return replies.unfollowed(office.words(asked), [done["topic"]], left=done["total"])


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


def _notice(office: Office, asked: Asked, kind: Line, topic: str = "", *, back: bool = False) -> str:
    return replies.notice(office.words(asked), kind, topic, back=back)
