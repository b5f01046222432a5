"""What the bot may do in which chat: finds the chat, refuses as Telegram does. Changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.records import Chat, Person
from bot.sandbox.refusals import bad, forbidden

if TYPE_CHECKING:
    from bot.sandbox.fields import Fields
    from bot.sandbox.records import Message
    from bot.sandbox.world import World

_NO_CHAT = "chat_id is empty"


def find(world: World, fields: Fields, name: str = "chat_id") -> Chat:
    """Return the chat with an id or a @username.

    Raises Refusal if it is unknown, deleted or upgraded, or a person whom the bot has not met.
    """
    address = fields.text(name).strip()
    if not address:
        raise bad(_NO_CHAT if name == "chat_id" else f"{name} is empty")
    chat = _addressed(world, address)
    if chat.migrated_to:
        upgraded = "group chat was upgraded to a supergroup chat"
        raise bad(upgraded, migrate_to_chat_id=chat.migrated_to)
    if chat.deleted:
        raise forbidden("the group chat was deleted")
    return chat


def _addressed(world: World, address: str) -> Chat:
    if address.startswith("@"):
        chat = world.named(address)
        if isinstance(chat, Chat) and chat.supers:
            return chat
        raise bad("chat not found")
    number = int(address) if address.removeprefix("-").isdecimal() else 0
    if number in world.chats:
        return world.chats[number]
    stranger = world.people.get(number)
    if stranger is None or not stranger.met:
        raise bad("chat not found")
    if stranger.is_bot:
        raise forbidden("bot can't send messages to bots")
    raise forbidden("bot can't initiate conversation with a user")


def readable(world: World, fields: Fields, name: str = "chat_id") -> Chat:
    """Return a chat the bot may read: one that it is in, or that is public. Raises Refusal."""
    chat = find(world, fields, name)
    if chat.type != "private" and not chat.username:
        inside(world, chat)
    return chat


def inside(world: World, chat: Chat) -> None:
    """Raise Refusal 403 unless the bot is in the chat."""
    if chat.type == "private":
        return
    status = world.member(chat, world.bot).status
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if status == "left":
        raise forbidden(f"bot is not a member of the {chat.type} chat")


def reachable(world: World, chat: Chat) -> None:
    """Raise Refusal unless the bot can reach a chat.

    A person must not have blocked it or be deleted; a channel must have it as administrator.
    """
    if isinstance(chat.person, Person):
        if chat.person.deactivated:
            raise forbidden("user is deactivated")
        if chat.person.blocked:
            raise forbidden("bot was blocked by the user")
        return
    inside(world, chat)
    if chat.type == "channel" and not world.member(chat, world.bot).leads:
        raise bad("need administrator rights in the channel chat")


def writable(world: World, chat: Chat, kind: str = "text messages") -> None:
    """Raise Refusal unless the bot may send `kind` there."""
    reachable(world, chat)
    if chat.type == "private":
        return
    bot = world.member(chat, world.bot)
    muted = bot.status == "restricted" and "can_send_messages" not in bot.rights
    if muted or (chat.type == "channel" and not bot.may("can_post_messages")):
        raise bad(f"not enough rights to send {kind} to the chat")
    if (
        bot.status == "restricted"
        and kind == "photos"
        and "can_send_photos" not in bot.rights
    ):
        raise bad("not enough rights to send photos to the chat")


def thread(world: World, chat: Chat, number: int) -> int | None:
    """Return the forum topic a message goes to, None for General. Raises Refusal 400."""
    if not number:
        return None
    if not chat.forum:
        raise bad("message thread not found")
    topic = chat.topics.get(number)
    if topic is None or topic.deleted:
        message = chat.messages.get(number)
        if message and not message.deleted:
            raise bad("message thread is not a forum topic thread")
        raise bad("message thread not found")
    if topic.closed and not world.member(chat, world.bot).may("can_manage_topics"):
        raise bad("TOPIC_CLOSED")
    return number


def members_visible(world: World, chat: Chat) -> None:
    """Raise Refusal unless the bot may ask about others in the chat."""
    if world.member(chat, world.bot).leads:
        return
    if chat.type == "channel":
        raise bad("member list is inaccessible")
    if chat.hidden_members:
        raise bad("CHAT_ADMIN_REQUIRED")


def message(chat: Chat, number: int, missing: str) -> Message:
    """Return a message that is not deleted. Raises Refusal 400: `missing` was not found."""
    there = chat.messages.get(number)
    if there is None or there.deleted:
        raise bad(f"{missing} not found")
    return there
