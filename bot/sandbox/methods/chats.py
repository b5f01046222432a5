"""Chats and their members: getChat and the like, pinning, leaving, files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import access, objects
from bot.sandbox.refusals import bad

if TYPE_CHECKING:
    from bot.sandbox.fields import Fields
    from bot.sandbox.records import Chat, Json
    from bot.sandbox.world import World


def get_chat(world: World, fields: Fields) -> Json:
    """getChat."""
    return objects.full_chat(access.readable(world, fields))


def get_chat_member(world: World, fields: Fields) -> Json:
    """getChatMember."""
    chat = access.readable(world, fields)
    person = world.people.get(fields.integer("user_id"))
    if person is None:
        if fields.integer("user_id"):
            raise bad("PARTICIPANT_ID_INVALID")
        raise bad("invalid user_id specified")
    if person is not world.bot:
        access.members_visible(world, chat)
    if chat.type == "private":
        return {"user": objects.user(person), "status": "member"}
    return objects.member(world.member(chat, person), chat)


def get_administrators(world: World, fields: Fields) -> list[Json]:
    """getChatAdministrators: all but other bots."""
    chat = access.readable(world, fields)
    if chat.type == "private":
        raise bad("there are no administrators in the private chat")
    if chat.type == "channel" and not world.member(chat, world.bot).leads:
        raise bad("member list is inaccessible")
    return [
        objects.member(member, chat) for member in chat.members.values() if member.leads
    ]


def get_member_count(world: World, fields: Fields) -> int:
    """getChatMemberCount."""
    chat = access.readable(world, fields)
    return (
        2
        if chat.type == "private"
        else sum(member.present for member in chat.members.values())
    )


def pin(world: World, fields: Fields) -> bool:
    """pinChatMessage."""
    chat = _pinnable(world, fields)
    message = access.message(chat, fields.integer("message_id"), "message to pin")
    if message.id in chat.pinned:
        chat.pinned.remove(message.id)
    chat.pinned.append(message.id)
    return True


def unpin(world: World, fields: Fields) -> bool:
    """unpinChatMessage: a given message, else the newest pinned."""
    chat = _pinnable(world, fields)
    number = fields.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if number not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned.remove(number)
    return True


def unpin_all(world: World, fields: Fields) -> bool:
    """unpinAllChatMessages."""
    _pinnable(world, fields).pinned.clear()
    return True


def leave(world: World, fields: Fields) -> bool:
    """leaveChat."""
    chat = access.find(world, fields)
    if chat.type == "private":
        raise bad("chat member status can't be changed in private chats")
    access.inside(world, chat)
    world.set_member(chat, world.bot, "left")
    return True


def get_file(world: World, fields: Fields) -> Json:
    """getFile: of uploaded photos; served below /file."""
    number = fields.text("file_id")
    if number not in world.files:
        raise bad("invalid file_id")
    content = world.files[number]
    return {
        "file_id": number,
        "file_unique_id": number[-16:],
        "file_size": len(content),
        "file_path": f"photos/{number}.jpg",
    }


def _pinnable(world: World, fields: Fields) -> Chat:
    chat = access.find(world, fields)
    access.reachable(world, chat)
    right = "can_edit_messages" if chat.type == "channel" else "can_pin_messages"
    if chat.type != "private" and not world.member(chat, world.bot).may(right):
        raise bad("not enough rights to manage pinned messages in the chat")
    return chat


METHODS = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_administrators,
    "getChatMemberCount": get_member_count,
    "pinChatMessage": pin,
    "unpinChatMessage": unpin,
    "unpinAllChatMessages": unpin_all,
    "leaveChat": leave,
    "getFile": get_file,
}
