"""Forwarding and copying: forwardMessage, forwardMessages, copyMessage."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.sandbox import access, objects
from bot.sandbox.methods import sending
from bot.sandbox.refusals import bad

if TYPE_CHECKING:
    from bot.sandbox.fields import Fields
    from bot.sandbox.records import Chat, Json, Message
    from bot.sandbox.world import World


def forward_message(world: World, fields: Fields) -> Json:
    """forwardMessage: keeps text and origin; a keyboard only if all its buttons are links."""
    target, message = _both(world, fields, "forward")
    if _protected(message):
        raise bad("message has protected content and can't be forwarded")
    return objects.message(_forwarded(world, fields, target, message))


def forward_messages(world: World, fields: Fields) -> list[Json]:
    """forwardMessages: those that are missing or protected are skipped."""
    target, source = (
        access.find(world, fields),
        access.find(world, fields, "from_chat_id"),
    )
    numbers = [
        int(number)
        for number in fields.array("message_ids", "message identifiers") or []
    ]
    messages = [
        source.messages[number] for number in numbers if number in source.messages
    ]
    passable = [
        one for one in messages if not (one.deleted or one.service or _protected(one))
    ]
    passed = [_forwarded(world, fields, target, message) for message in passable]
    return [{"message_id": message.id} for message in passed]


def copy_message(world: World, fields: Fields) -> Json:
    """copyMessage: no origin, only the keyboard given; a caption given replaces the photo's."""
    target, message = _both(world, fields, "copy")
    if _protected(message) or message.service:
        raise bad("message can't be copied")
    content = message.content
    if content.photo and "caption" in fields.values:
        content = sending.caption(
            world, fields, list(content.photo), content.photo_source or ""
        )
    kind = "photos" if content.photo else "text messages"
    return {"message_id": sending.say(world, fields, target, content, kind).id}


def _both(world: World, fields: Fields, verb: str) -> tuple[Chat, Message]:
    """Return the target chat and the message. Raises Refusal."""
    target = access.find(world, fields)
    source = access.readable(world, fields, "from_chat_id")
    message = access.message(source, fields.integer("message_id"), f"message to {verb}")
    if message.service:
        raise bad(f"message can't be {'copied' if verb == 'copy' else 'forwarded'}")
    return target, message


def _protected(message: Message) -> bool:
    return message.protected or message.chat.protected


def _forwarded(world: World, fields: Fields, target: Chat, message: Message) -> Message:
    access.writable(world, target, "photos" if message.photo else "text messages")
    thread = access.thread(world, target, fields.integer("message_thread_id"))
    links_only = all("url" in button for row in message.buttons for button in row)
    return world.post(
        target,
        world.bot,
        replace(message.content),
        origin=_origin(message),
        reply_markup=message.reply_markup if links_only else None,
        thread=thread,
        protected=fields.flag("protect_content"),
        silent=fields.flag("disable_notification"),
    )


def _origin(message: Message) -> Json:
    """MessageOrigin: a forward of a forward keeps the first."""
    if message.origin:
        return message.origin
    if message.chat.type == "channel":
        return {
            "type": "channel",
            "date": message.date,
            "chat": objects.chat(message.chat),
            "message_id": message.id,
        }
    if message.sender is None:
        return {
            "type": "chat",
            "date": message.date,
            "sender_chat": objects.chat(message.chat),
        }
    return {
        "type": "user",
        "date": message.date,
        "sender_user": objects.user(message.sender),
    }


METHODS = {
    "forwardMessage": forward_message,
    "forwardMessages": forward_messages,
    "copyMessage": copy_message,
}
