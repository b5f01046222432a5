"""Records as JSON of the Bot API: User, Chat, Message, ChatMember. Decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.records import CHANNEL_RIGHTS, GROUP_RIGHTS

if TYPE_CHECKING:
    from bot.sandbox.records import Chat, Content, Json, Member, Message, Person

#: The author of anonymous administrators' messages; `sender_chat` is then their group.
ANONYMOUS_ADMIN: Json = {
    "id": 1_087_968_824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
#: Deleted messages are shown as InaccessibleMessage, dated 0.
INACCESSIBLE_DATE = 0
_GIFTS = (
    "unlimited_gifts",
    "limited_gifts",
    "unique_gifts",
    "premium_subscription",
    "gifts_from_channels",
)
_RESTRICTED_RIGHTS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_edit_tag",
    "can_react_to_messages",
)


def user(person: Person) -> Json:
    """User."""
    shown: Json = {"id": person.id, "is_bot": person.is_bot, "first_name": person.name}
    if person.username:
        shown["username"] = person.username
    if person.language and not person.is_bot:
        shown["language_code"] = person.language
    return shown


def chat(place: Chat) -> Json:
    """Chat, as it appears in messages."""
    shown: Json = {"id": place.id, "type": place.type}
    if place.person:
        shown["first_name"] = place.person.name
        if place.person.username:
            shown["username"] = place.person.username
        return shown
    shown["title"] = place.title
    if place.username:
        shown["username"] = place.username
    if place.forum:
        shown["is_forum"] = True
    return shown


def full_chat(place: Chat) -> Json:
    """ChatFullInfo, what getChat answers."""
    shown = chat(place) | {"accent_color_id": place.id % 7, "max_reaction_count": 11}
    shown["accepted_gift_types"] = dict.fromkeys(_GIFTS, False)
    if place.protected:
        shown["has_protected_content"] = True
    if place.hidden_members:
        shown["has_hidden_members"] = True
    if place.pinned:
        shown["pinned_message"] = message(place.messages[place.pinned[-1]])
    return shown


def message(record: Message) -> Json:
    """Message, with all fields the Bot API would show."""
    if record.deleted:
        return {
            "chat": chat(record.chat),
            "message_id": record.id,
            "date": INACCESSIBLE_DATE,
        }
    shown: Json = {
        "message_id": record.id,
        "date": record.date,
        "chat": chat(record.chat),
    }
    _add_author(shown, record)
    if record.edited:
        shown["edit_date"] = record.edited
    if record.thread:
        shown |= {"message_thread_id": record.thread, "is_topic_message": True}
    elif record.reply_to and record.chat.type == "supergroup":
        # A chain of replies has a thread of its own, which belongs to no topic.
        shown["message_thread_id"] = _root(record).id
    if record.reply_to:
        shown["reply_to_message"] = _without_reply(record.reply_to)
    if record.origin:
        shown["forward_origin"] = record.origin
    if record.protected or record.chat.protected:
        shown["has_protected_content"] = True
    shown |= record.service or _content(record.content)
    if record.reply_markup:
        shown["reply_markup"] = record.reply_markup
    return shown


def _root(record: Message) -> Message:
    """Return the message that a chain of replies began with."""
    while record.reply_to:
        record = record.reply_to
    return record


def _without_reply(record: Message) -> Json:
    """Return a message that is replied to; the message it replies to itself is not shown."""
    shown = message(record)
    return {key: value for key, value in shown.items() if key != "reply_to_message"}


def _add_author(shown: Json, record: Message) -> None:
    if record.chat.type == "channel":
        shown["sender_chat"] = chat(record.chat)
        if record.sender and not record.sender.is_bot:
            shown["author_signature"] = record.sender.name
    elif record.anonymous:
        shown |= {"from": ANONYMOUS_ADMIN, "sender_chat": chat(record.chat)}
    elif record.sender:
        shown["from"] = user(record.sender)


def _content(content: Content) -> Json:
    if content.photo:
        shown: Json = {"photo": list(content.photo)}
        text, entities = "caption", "caption_entities"
        if content.above:
            shown["show_caption_above_media"] = True
    else:
        shown, text, entities = {}, "text", "entities"
    if content.text or not content.photo:
        shown[text] = content.text
    if content.entities:
        shown[entities] = list(content.entities)
    if content.link_preview_options:
        shown["link_preview_options"] = content.link_preview_options
    return shown


def member(who: Member, place: Chat) -> Json:
    """ChatMember of the kind its status asks for."""
    shown: Json = {"user": user(who.person), "status": who.status}
    if who.status == "creator":
        shown["is_anonymous"] = "is_anonymous" in who.rights
    elif who.status == "administrator":
        known = CHANNEL_RIGHTS if place.type == "channel" else GROUP_RIGHTS
        shown |= {"can_be_edited": False, "is_anonymous": "is_anonymous" in who.rights}
        shown |= {right: right in who.rights for right in known}
    elif who.status == "restricted":
        shown |= _restricted(who)
    elif who.status == "kicked":
        shown["until_date"] = 0
    return shown


def _restricted(who: Member) -> Json:
    rights = {right: right in who.rights for right in _RESTRICTED_RIGHTS}
    return {"is_member": True, "until_date": 0} | rights
