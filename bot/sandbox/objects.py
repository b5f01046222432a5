"""Records as the Bot API shows them: User, Chat, Message, ChatMember. Builds JSON, decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.records import CHANNEL_RIGHTS, GROUP_RIGHTS

if TYPE_CHECKING:
    from bot.sandbox.records import Chat, Content, Json, Member, Message, Person

#: Whom messages of anonymous administrators come from; `sender_chat` is then their group.
ANONYMOUS_ADMIN: Json = {
    "id": 1_087_968_824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
#: Deleted messages are shown as InaccessibleMessage, dated 0.
INACCESSIBLE_DATE = 0


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
    shown["accepted_gift_types"] = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
    )
    if place.protected:
        shown["has_protected_content"] = True
    if place.hidden_members:
        shown["has_hidden_members"] = True
    if place.pinned:
        shown["pinned_message"] = message(place.messages[place.pinned[-1]])
    return shown


def message(said: Message) -> Json:
    """Message, with everything the Bot API would show of it."""
    if said.deleted:
        return {"chat": chat(said.chat), "message_id": said.id, "date": INACCESSIBLE_DATE}
    shown: Json = {"message_id": said.id, "date": said.date, "chat": chat(said.chat)}
    _add_author(shown, said)
    if said.edited:
        shown["edit_date"] = said.edited
    if said.thread:
        shown |= {"message_thread_id": said.thread, "is_topic_message": True}
    elif said.reply_to and said.chat.type == "supergroup":  # replies have a thread of their own, which is no topic's
        shown["message_thread_id"] = _root(said).id
    if said.reply_to:
        shown["reply_to_message"] = message(said.reply_to) if not said.reply_to.reply_to else _bare(said.reply_to)
    if said.origin:
        shown["forward_origin"] = said.origin
    if said.protected or said.chat.protected:
        shown["has_protected_content"] = True
    shown |= said.service or _content(said.content)
    if said.reply_markup:
        shown["reply_markup"] = said.reply_markup
    return shown


def _root(said: Message) -> Message:
    """The message that a chain of replies began with."""
    while said.reply_to:
        said = said.reply_to
    return said


def _bare(said: Message) -> Json:
    """A reply inside a reply is not shown."""
    shown = message(said)
    return {key: value for key, value in shown.items() if key != "reply_to_message"}


def _add_author(shown: Json, said: Message) -> None:
    if said.chat.type == "channel":
        shown["sender_chat"] = chat(said.chat)
        if said.sender and not said.sender.is_bot:
            shown["author_signature"] = said.sender.name
    elif said.anonymous:
        shown |= {"from": ANONYMOUS_ADMIN, "sender_chat": chat(said.chat)}
    elif said.sender:
        shown["from"] = user(said.sender)


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
    kinds = ("audios", "documents", "photos", "videos", "video_notes", "voice_notes", "polls", "other_messages")
    rights = [f"can_send_{kind}" for kind in ("messages", *kinds)]
    rights += ["can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages"]
    rights += ["can_manage_topics", "can_edit_tag", "can_react_to_messages"]
    return {"is_member": True, "until_date": 0} | {right: right in who.rights for right in rights}
