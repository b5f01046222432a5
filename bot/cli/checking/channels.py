"""Every channel: does it exist, once, with the rights that posts need? Posts nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from bot.botapi.client import Messenger
from bot.cli.checking.finding import Finding, fine, problem, warning
from bot.domain.outcome import (
    Migrated,
    Outcome,
    Refusal,
    Refused,
    Sent,
    Wait,
    reason_of,
)
from bot.domain.plain_text import counted
from bot.settings import Buttons, Channel, Picture, Settings

#: The thread that every forum has; it is written to without a thread.
_GENERAL = 1


async def findings(messenger: Messenger, chosen: Settings) -> AsyncIterator[Finding]:
    """Yield what is wrong with each channel, or that nothing is."""
    if not chosen.channels:
        yield warning(
            "channels: none", "Posts go to followers only; add a [[channels]] block."
        )
    seen: dict[tuple[int, int], str] = {}
    for channel in chosen.channels:
        number = channel.chat if channel.chat.startswith("@") else int(channel.chat)
        chat = await messenger.get_chat(number)
        moved = isinstance(chat, Migrated)
        if isinstance(chat, Migrated):
            chat = await messenger.get_chat(chat.chat_id)
        if not isinstance(chat, dict):
            fix = "Correct its name, and make the bot an administrator there."
            yield problem(f"channels: {channel.chat}: {_reason(chat)}", fix)
            continue
        problems = [*_twice(channel, chat, seen)]
        if not problems:
            problems += _moved(channel, chat, moved=moved)
            problems += [
                one async for one in _channel(messenger, chosen, channel, chat)
            ]
        for finding in problems or [fine(_name(channel, chat))]:
            yield finding


def _name(channel: Channel, chat: Mapping[str, Any]) -> str:
    """Return the beginning of every finding about a channel: its setting, title and @name."""
    title = chat.get("title") or chat.get("first_name") or ""
    name = f"channels: {channel.chat}: {title}"
    username = chat.get("username") or ""
    is_known = channel.chat.casefold() == f"@{username}".casefold()
    if username and not is_known:
        name += f" (@{username})"
    if channel.thread:
        name += f", thread {channel.thread}"
    return name


def _twice(
    channel: Channel, chat: Mapping[str, Any], seen: dict[tuple[int, int], str]
) -> Iterator[Finding]:
    """Yield a problem if an earlier block names this chat too: `paperboy run` would not start."""
    thread = channel.thread
    if thread == _GENERAL:
        thread = 0
    key = (int(chat["id"]), thread)
    first = seen.setdefault(key, channel.chat)
    if first is not channel.chat:
        yield problem(
            f"{_name(channel, chat)}: is the same chat as {first}",
            "Keep one of the two [[channels]] blocks.",
        )


def _moved(
    channel: Channel, chat: Mapping[str, Any], *, moved: bool
) -> Iterator[Finding]:
    if moved:
        yield warning(
            f"{_name(channel, chat)}: the group has become a supergroup "
            f"with the number {chat['id']}",
            f'Set chat = "{chat["id"]}" in its [[channels]] block.',
        )


async def _channel(
    messenger: Messenger, chosen: Settings, channel: Channel, chat: dict[str, Any]
) -> AsyncIterator[Finding]:
    name = _name(channel, chat)
    if chat.get("type") == "private":
        yield problem(
            f"{name}: is a person or a bot, not a channel or group",
            "Name a channel or group.",
        )
        return
    rights = await messenger.rights(int(chat["id"]))
    if not isinstance(rights, frozenset):
        yield problem(
            f"{name}: {_reason(rights)}", "Make the bot an administrator there."
        )
        return
    refusals = [*_barred(name, chat, rights)]
    for one in refusals:
        yield one
    if refusals:
        return
    for one in _rights(name, channel, chat, rights):
        yield one
    for one in _group(name, chosen, chat, rights):
        yield one
    async for one in _thread(messenger, name, channel, chat):
        yield one


def _barred(
    name: str, chat: Mapping[str, Any], rights: frozenset[str]
) -> Iterator[Finding]:
    """Yield why the bot can't post there at all."""
    is_channel = chat.get("type") == "channel"
    if "kicked" in rights:
        yield problem(
            f"{name}: the bot was removed from it", "Unban it there and add it again."
        )
    elif "left" in rights:
        fix = (
            "Make it an administrator there." if is_channel else "Add it to the group."
        )
        yield problem(f"{name}: the bot is not a member", fix)
    elif is_channel and not rights & {"creator", "can_post_messages"}:
        yield problem(
            f"{name}: the bot may not post", "Give it the right to post messages."
        )
    elif "restricted" in rights and "can_send_messages" not in rights:
        yield problem(
            f"{name}: the bot is restricted and may not write",
            "Give it the right to send messages.",
        )
    elif "member" in rights and _permission(chat, "can_send_messages") is False:
        yield problem(
            f"{name}: only administrators may write there",
            "Make the bot an administrator.",
        )


def _rights(
    name: str, channel: Channel, chat: Mapping[str, Any], rights: frozenset[str]
) -> Iterator[Finding]:
    """Yield what an administrator of a channel lacks or should not have."""
    if chat.get("type") != "channel":
        return
    if not rights & {"creator", "can_delete_messages"}:
        yield warning(
            f"{name}: the bot may not delete",
            "Give it the right to delete messages; "
            "without it, withdrawn posts are edited to a note instead.",
        )
    if rights & {"creator", "can_edit_messages"}:
        yield warning(
            f"{name}: the bot may edit posts of others, which it does not need",
            "Take that right away: without it, a search for a post whose answer was lost "
            "can't change anybody's post.",
        )
    if chat.get("linked_chat_id") and channel.buttons is Buttons.KEYBOARD:
        yield warning(
            f"{name}: has a discussion group, "
            "but Telegram offers no comments under a post with buttons",
            'Set buttons = "text" in its [[channels]] block, if readers are to comment.',
        )


def _group(
    name: str, chosen: Settings, chat: Mapping[str, Any], rights: frozenset[str]
) -> Iterator[Finding]:
    """Yield what slows the bot down or forbids pictures in a group that it does not administer."""
    if chat.get("type") == "channel" or rights & {"creator", "administrator"}:
        return
    seconds = chat.get("slow_mode_delay")
    if isinstance(seconds, int) and seconds > 0:
        yield warning(
            f"{name}: slow mode lets the bot write once in {counted(seconds, 'second')} only",
            "Make the bot an administrator, or turn slow mode off.",
        )
    no_photos = "restricted" in rights and "can_send_photos" not in rights
    if chosen.delivery.picture is Picture.PHOTO and (
        no_photos or _permission(chat, "can_send_photos") is False
    ):
        yield warning(
            f"{name}: the bot may not send photos, so its posts have none",
            'Give it that right, or set [delivery] picture = "preview".',
        )


async def _thread(
    messenger: Messenger, name: str, channel: Channel, chat: Mapping[str, Any]
) -> AsyncIterator[Finding]:
    """Yield what is wrong with a thread. The chat action "typing" fails if it does not exist."""
    if not channel.thread:
        return
    if not chat.get("is_forum"):
        yield problem(
            f"{name}: there are no threads: this chat is not a forum",
            "Set thread = 0 in its [[channels]] block, or turn on topics in the group's settings.",
        )
        return
    if channel.thread == _GENERAL:
        yield warning(
            f"{name}: this is General, which has no thread",
            "Set thread = 0 in its [[channels]] block.",
        )
        return
    typing = {"method": "sendChatAction", "action": "typing"}
    outcome = await messenger.call(
        typing, chat_id=int(chat["id"]), thread=channel.thread
    )
    if isinstance(outcome, Refused) and outcome.cause is Refusal.NO_THREAD:
        yield problem(
            f"{name}: there is no such thread; its posts would go to General",
            "Set thread in its [[channels]] block to the number in the link of the thread: "
            "t.me/c/…/NUMBER.",
        )
    elif isinstance(outcome, Wait) and outcome.only_thread:
        yield problem(
            f"{name}: the thread is closed",
            "Reopen it, or give the bot the right to manage topics.",
        )
    elif not isinstance(outcome, Sent):
        yield warning(f"{name}: {_reason(outcome)}", "Check the thread.")


def _permission(chat: Mapping[str, Any], name: str) -> object:
    """Return what members of a group may do: True, False, or None where Telegram does not say."""
    allowed = chat.get("permissions")
    if not isinstance(allowed, dict):
        return None
    return allowed.get(name)


def _reason(outcome: Outcome) -> str:
    return reason_of(outcome)
