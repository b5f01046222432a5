"""Editing: editMessageText, -Caption, -Media, -ReplyMarkup."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.sandbox import access, keyboards, objects, pictures
from bot.sandbox.fields import Fields
from bot.sandbox.methods import sending
from bot.sandbox.refusals import NOT_MODIFIED, bad

if TYPE_CHECKING:
    from bot.sandbox.records import Content, Json, Message
    from bot.sandbox.world import World


def edit_text(world: World, fields: Fields) -> Json:
    """editMessageText; an omitted keyboard or preview option is gone afterwards."""
    message = _target(world, fields)
    content = sending.text(world, fields)
    if message.photo:
        raise bad("there is no text in the message to edit")
    return _changed(world, fields, message, content)


def edit_caption(world: World, fields: Fields) -> Json:
    """editMessageCaption."""
    message = _target(world, fields)
    if not message.photo:
        raise bad("there is no caption in the message to edit")
    old = message.content
    content = sending.caption(world, fields, list(old.photo), old.photo_source or "")
    return _changed(world, fields, message, content)


def edit_media(world: World, fields: Fields) -> Json:
    """editMessageMedia with a photo, also of a text. The caption is that of the media."""
    message = _target(world, fields)
    media = fields.object("media", "InputMedia")
    if not media:
        raise bad("can't parse InputMedia JSON object")
    if media.get("type") != "photo":
        raise bad("unsupported media type")
    inner = Fields(media | {"photo": media.get("media")}, fields.files)
    photo, source = pictures.read(world, inner)
    return _changed(
        world, fields, message, sending.caption(world, inner, photo, source)
    )


def edit_markup(world: World, fields: Fields) -> Json:
    """editMessageReplyMarkup."""
    message = _target(world, fields)
    return _changed(world, fields, message, message.content)


def _target(world: World, fields: Fields) -> Message:
    """Return the message to edit. Raises Refusal if the bot may not."""
    if fields.has("inline_message_id"):
        raise bad("MESSAGE_ID_INVALID")
    chat = access.find(world, fields)
    access.reachable(world, chat)
    if not fields.has("message_id"):
        raise bad("message identifier is not specified")
    message = access.message(chat, fields.integer("message_id"), "message to edit")
    own = message.sender is world.bot
    bot = world.member(chat, world.bot)
    others = chat.type == "channel" and bot.may("can_edit_messages")
    silenced = (
        chat.type == "channel" and own and not (bot.may("can_post_messages") or others)
    )
    if message.origin or message.service or silenced or not (own or others):
        raise bad("message can't be edited")
    return message


def _changed(world: World, fields: Fields, message: Message, content: Content) -> Json:
    markup = keyboards.read(fields, message.chat, inline_only=True)
    if markup == message.reply_markup and _seen(content) == _seen(message.content):
        raise bad(NOT_MODIFIED)
    world.edit(message, content, markup)
    return objects.message(message)


def _seen(content: Content) -> Content:
    """Return the content as compared: without its source."""
    return replace(content, html="", parse_mode=None, photo_source=None)


METHODS = {
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageMedia": edit_media,
    "editMessageReplyMarkup": edit_markup,
}
