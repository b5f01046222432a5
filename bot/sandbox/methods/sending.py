"""Sending: sendMessage, sendPhoto, sendChatAction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.sandbox import access, keyboards, links, objects, pictures
from bot.sandbox.records import Content
from bot.sandbox.refusals import bad

if TYPE_CHECKING:
    from bot.sandbox.fields import Fields
    from bot.sandbox.judge import Judged
    from bot.sandbox.records import Chat, Json, Message
    from bot.sandbox.world import World

#: Code points, after the markup is read (Bot API, sendMessage).
LONGEST_TEXT: Final = 4096
LONGEST_CAPTION: Final = 1024
#: Bytes of UTF-8, markup included.
LONGEST_SOURCE: Final = 1 << 15
_ACTIONS: Final = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def send_message(world: World, fields: Fields) -> Json:
    """sendMessage."""
    chat = access.find(world, fields)
    content = text(world, fields)
    return objects.message(say(world, fields, chat, content, "text messages"))


def send_photo(world: World, fields: Fields) -> Json:
    """sendPhoto: by URL (nothing is fetched), by file_id, or uploaded."""
    chat = access.find(world, fields)
    photo, source = pictures.read(world, fields)
    content = caption(world, fields, photo, source)
    return objects.message(say(world, fields, chat, content, "photos"))


def send_chat_action(world: World, fields: Fields) -> bool:
    """sendChatAction; the page shows it for a moment."""
    chat = access.find(world, fields)
    if fields.text("action") not in _ACTIONS:
        raise bad("wrong parameter action in request")
    access.writable(world, chat)
    access.thread(world, chat, fields.integer("message_thread_id"))
    world.events.publish("typing", {"chat": chat.id, "action": fields.text("action")})
    return True


def say(
    world: World, fields: Fields, chat: Chat, content: Content, kind: str
) -> Message:
    """Post what a send call describes. Raises Refusal for every reason Telegram has."""
    markup = keyboards.read(fields, chat)
    access.writable(world, chat, kind)
    thread = access.thread(world, chat, fields.integer("message_thread_id"))
    return world.post(
        chat,
        world.bot,
        content,
        reply_markup=markup,
        thread=thread,
        reply_to=_replied(world, fields, chat),
        protected=fields.flag("protect_content"),
        silent=fields.flag("disable_notification"),
    )


def text(world: World, fields: Fields) -> Content:
    """Return the text of a call with its preview options. Raises Refusal 400."""
    source = fields.text("text")
    if not source:
        raise bad("message text is empty")
    judged = judge(
        world, fields, "text", "entities", LONGEST_TEXT, "message is too long"
    )
    if not judged.text:
        raise bad("text must be non-empty")
    mode = fields.text("parse_mode") or None
    return Content(judged.text, source, mode, judged.entities, preview_options(fields))


def caption(world: World, fields: Fields, photo: list[Json], source: str) -> Content:
    """Return the caption of a call, under `photo`. Raises Refusal 400."""
    too_long = "message caption is too long"
    judged = judge(
        world, fields, "caption", "caption_entities", LONGEST_CAPTION, too_long
    )
    return Content(
        judged.text,
        fields.text("caption"),
        fields.text("parse_mode") or None,
        judged.entities,
        photo=tuple(photo),
        photo_source=source,
        above=fields.flag("show_caption_above_media"),
    )


def judge(
    world: World,
    fields: Fields,
    name: str,
    entities_name: str,
    longest: int,
    too_long: str,
) -> Judged:
    """Return a text field read by its parse mode or its entities. Raises Refusal 400."""
    source = fields.text(name)
    try:
        size = len(source.encode())
    except UnicodeEncodeError:
        raise bad("text must be encoded in UTF-8") from None
    if size > LONGEST_SOURCE:
        raise bad("text is too long")
    mode = fields.text("parse_mode") or None
    entities = None if mode else fields.array(entities_name, "entities")
    judged = (
        world.judge.marked(source, entities)
        if entities
        else world.judge.read(source, mode)
    )
    if len(judged.text) > longest:
        raise bad(too_long)
    return judged


def preview_options(fields: Fields) -> Json | None:
    """Return LinkPreviewOptions as sent. Raises Refusal 400 for a `url` Telegram can't use."""
    options = fields.object("link_preview_options", "link preview options")
    if options is None:
        return (
            {"is_disabled": True} if fields.flag("disable_web_page_preview") else None
        )
    if options.get("url"):
        try:
            links.checked(str(options["url"]), http_only=True)
        except links.WrongAddress as wrong:
            raise bad(
                f"link preview URL '{options['url']}' is invalid: {wrong}"
            ) from None
    return {key: value for key, value in options.items() if value} or None


def _replied(world: World, fields: Fields, chat: Chat) -> Message | None:
    """Return the message replied to, None if there is none. Raises Refusal if it is required."""
    options = fields.object("reply_parameters", "reply parameters") or {}
    number = int(options.get("message_id") or fields.integer("reply_to_message_id"))
    if not number:
        return None
    message = chat.messages.get(number)
    if message is not None and not message.deleted:
        return message
    optional = "allow_sending_without_reply"
    if options.get(optional) or fields.flag(optional):
        return None
    raise bad("message to be replied not found")


METHODS = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendChatAction": send_chat_action,
}
