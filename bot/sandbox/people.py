"""What people do: write, tap, open links, block, join and leave. The bot acts through `methods`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

from bot.sandbox import objects
from bot.sandbox.records import Content
from bot.sandbox.refusals import SandboxError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.records import Chat, Json, Message, Person, Status
    from bot.sandbox.taps import Tap
    from bot.sandbox.world import World

Button = str | tuple[int, int]
_TELEGRAM: Final = frozenset({"t.me", "telegram.me", "telegram.dog"})


def say(
    world: World,
    person: Person,
    text: str,
    chat: Chat | None = None,
    *,
    reply_to: Message | None = None,
    thread: int | None = None,
) -> Message:
    """Write to the bot, in a group, or in a channel that the person administers.

    Raises SandboxError if they can't.
    """
    place = chat or _own(world, person)
    if place.type == "channel":
        if not world.member(place, person).leads:
            raise SandboxError(
                f"{person.name} can't post in {place.title}: only its admins can."
            )
        return world.post_as(person, place, text)
    if place.person is not None:
        place = _own(world, place.person)
    else:
        _admit(world, person, place, thread)
    content = world.content(text)
    if not content.text:
        raise SandboxError("There is nothing to send.")
    if thread is None and reply_to is not None:
        thread = reply_to.thread
    anonymous = place.type != "private" and world.member(place, person).anonymous
    context = {"reply_to": reply_to, "thread": thread, "anonymous": anonymous}
    message = world.post(place, person, content, **context)
    if _reaches_bot(world, message):
        person.met = True
        world.updates.put("message", objects.message(message))
    return message


def _admit(world: World, person: Person, place: Chat, thread: int | None) -> None:
    """Raise SandboxError if somebody is not in a group, or the forum's topic is closed."""
    member = world.member(place, person)
    if not member.present:
        raise SandboxError(f"{person.name} isn't in {place.title}.")
    topic = place.topics.get(thread) if thread else None
    if topic and topic.closed and not member.leads:
        raise SandboxError(f"{person.name} can't write in {topic.name}: it is closed.")


def start(world: World, person: Person, payload: str = "") -> Message:
    """Press Start, or open t.me/<bot>?start=<payload>; unblocks the bot."""
    if person.blocked:
        unblock(world, person)
    return say(world, person, f"/start {payload}".rstrip())


def _own(world: World, person: Person) -> Chat:
    if person.blocked:
        reason = "has blocked the bot; they have to unblock it before they can write."
        raise SandboxError(f"{person.name} {reason}")
    return world.open_private(person)


def _reaches_bot(world: World, message: Message) -> bool:
    """Return True if the bot gets it: in groups, under privacy mode, only what addresses it."""
    chat, bot = message.chat, world.member(message.chat, world.bot)
    if chat.type == "private" or bot.leads:
        return True
    if not bot.present:
        return False
    replied = message.reply_to is not None and message.reply_to.sender is world.bot
    name = f"@{world.bot.username}".lower()
    return replied or name in message.text.lower() or _commands(message, name)


def _commands(message: Message, name: str) -> bool:
    """Return True if it begins with a command that is not addressed to another bot."""
    first = message.text.split(maxsplit=1)[0]
    return first.startswith("/") and ("@" not in first or first.lower().endswith(name))


def tap(
    world: World, person: Person, message: Message, button: Button
) -> Tap | Message | str:
    """Press a button, given by its text or by (row, column) from 0.

    Return a Tap (callback), the /start message (link to the bot), or the address that it opens.
    Raises SandboxError if there is no such button.
    """
    if message.deleted:
        raise SandboxError("That message was deleted.")
    pressed = _button(message, button)
    if "callback_data" in pressed:
        return _tapped(world, person, message, pressed["callback_data"])
    if "url" in pressed:
        payload = start_payload(world, pressed["url"])
        return pressed["url"] if payload is None else start(world, person, payload)
    if "web_app" in pressed:
        return str(pressed["web_app"]["url"])
    if "copy_text" in pressed:
        return str(pressed["copy_text"]["text"])
    raise SandboxError(f"The button {pressed['text']!r} does what the sandbox doesn't.")


def start_payload(world: World, url: str) -> str | None:
    """Return what follows ?start= in a link to the bot, "" for nothing; None for other links."""
    parts = urlsplit(url)
    name = parts.path.strip("/").lower()
    if (parts.hostname or "") not in _TELEGRAM or name != (
        world.bot.username or ""
    ).lower():
        return None
    return parse_qs(parts.query).get("start", [""])[0]


def _button(message: Message, button: Button) -> Json:
    rows = message.buttons
    if isinstance(button, tuple):
        row, column = button
        if 0 <= row < len(rows) and 0 <= column < len(rows[row]):
            return rows[row][column]
    else:
        for pressed in (
            pressed for row in rows for pressed in row if pressed["text"] == button
        ):
            return pressed
    there = ", ".join(repr(label["text"]) for row in rows for label in row) or "none"
    what = f"There is no button {button!r} under message {message.id}"
    raise SandboxError(f"{what}; there are: {there}.")


def _tapped(world: World, person: Person, message: Message, data: str) -> Tap:
    tapped = world.taps.tap(person, message, data)
    person.met = True
    body = {
        "id": tapped.id,
        "from": objects.user(person),
        "message": objects.message(message),
        "chat_instance": str(abs(message.chat.id) * 31),
        "data": data,
    }
    world.updates.put("callback_query", body)
    return tapped


def block(world: World, person: Person) -> None:
    """Block the bot; it gets an update if they had a chat."""
    if not person.blocked:
        person.blocked = True
        if world.private(person):
            world.put_block_update(person, blocked=True)


def unblock(world: World, person: Person) -> None:
    """Unblock the bot."""
    if person.blocked:
        person.blocked = False
        if world.private(person):
            world.put_block_update(person, blocked=False)


def join(world: World, person: Person, chat: Chat) -> None:
    """Enter a group or subscribe to a channel."""
    world.set_member(chat, person, "member")
    if chat.type != "channel":
        _post_service(world, chat, person, {"new_chat_members": [objects.user(person)]})


def leave(world: World, person: Person, chat: Chat) -> None:
    """Leave a group or channel."""
    world.set_member(chat, person, "left")
    if chat.type != "channel":
        _post_service(world, chat, person, {"left_chat_member": objects.user(person)})


def add_bot(
    world: World, chat: Chat, rights: Iterable[str] | None, by: Person | None
) -> None:
    """Add the bot to a chat, or change its rights there; None makes it a plain member."""
    added = not world.member(chat, world.bot).present
    status: Status = "member" if rights is None else "administrator"
    world.set_member(chat, world.bot, status, rights or (), by or _owner(chat))
    if added and chat.type != "channel":
        service = {"new_chat_members": [objects.user(world.bot)]}
        _post_service(world, chat, by or _owner(chat), service)


def remove_bot(world: World, chat: Chat, by: Person | None) -> None:
    """Remove the bot from a chat."""
    world.set_member(chat, world.bot, "kicked", (), by or _owner(chat))


def _owner(chat: Chat) -> Person | None:
    for member in chat.members.values():
        if member.leads and not member.person.is_bot:
            return member.person
    return None


def _post_service(world: World, chat: Chat, by: Person | None, service: Json) -> None:
    """Post a service message, with an update if the bot is there."""
    message = world.post(chat, by, Content(), service=service)
    if world.member(chat, world.bot).present:
        world.updates.put("message", objects.message(message))
