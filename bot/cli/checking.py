"""What would keep the bot from its work, each with its mend. Changes nothing; asks Telegram only what it may."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot import settings
from bot.arrival import Waits, is_emptied
from bot.chat import messenger
from bot.chat.messenger import Messenger
from bot.delivery import Revoked
from bot.errors import PaperboyError, StoreError
from bot.feed import folder
from bot.settings import Settings
from bot.store import chats, disk, facts, files, holding, inspection
from bot.store.facts import Fact
from bot.store.inspection import Depth

Level = Literal["fine", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    what: str
    #: What to do about it; empty when it is fine.
    mend: str = ""


async def findings(found: Settings) -> list[Finding]:
    """Return everything that was looked at, in the order of the settings."""
    database = [*_database(found.store.database), *_disk(found)]
    return [*_folder(found.feed.folder), *_emptied(found), *database, *[one async for one in _telegram(found)]]


def _folder(place: Path) -> list[Finding]:
    if not place.is_dir():
        return [Finding("problem", f"feed.folder: {place}: there is no such folder", "Make it, or set [feed] folder.")]
    if not os.access(place, os.R_OK | os.X_OK):
        return [Finding("problem", f"feed.folder: {place}: can't be read", "Give the bot's user the right to read it.")]
    return [Finding("fine", f"feed.folder: {place}")]


def _emptied(found: Settings) -> list[Finding]:
    """Warn of a folder that held articles and is empty now, or nearly so."""
    try:
        there = sum(1 for _ in folder.listing(found.feed.folder, found.feed.patterns))
        with inspection.reading(found.store.database) as db:
            known = files.count(db)
    except PaperboyError:  # reported elsewhere, or not there yet
        return []
    if not is_emptied(known, there):
        return []
    what = f"feed.folder: {found.feed.folder}: {there} of {known} files are there"
    return [
        Finding("warning", what, "Is its disk mounted? Nothing is taken back, and files that return are recognised.")
    ]


def _database(database: Path) -> list[Finding]:
    if not database.exists():
        return [_new_database(database)]
    try:
        inspection.examine(database, Depth.EVERYTHING)
    except StoreError as error:
        return [Finding("problem", f"store.database: {error.what}", error.fix)]
    for place in (database, database.resolve().parent):
        if not os.access(place, os.W_OK):
            mend = f"Run the bot as the user who owns it, or give its user the right to write {place}."
            return [Finding("problem", f"store.database: {place} may not be written by this user", mend)]
    return [Finding("fine", f"store.database: {database}"), *_waiting(database)]


def _waiting(database: Path) -> list[Finding]:
    """Warn of what waits for an editor where there is none, and of what was decided without one."""
    with inspection.reading(database) as db:
        skipped = facts.get(db, Fact.BULK_SKIPPED)
        waits = holding.counts(db)
    found = [Finding("warning", f"articles: {skipped}", "Set [telegram] admins and press Start.")] if skipped else []
    if count := waits.get(Waits.BULK, 0) + waits.get(Waits.RESTORED, 0):
        what = f"articles: {count} {'waits' if count == 1 else 'wait'} for an editor's decision"
        found.append(Finding("warning", what, "/status shows them; [telegram] admins names the editors."))
    return found


def _new_database(database: Path) -> Finding:
    place = next(parent for parent in (database.absolute().parent, *database.absolute().parents) if parent.exists())
    if not os.access(place, os.W_OK):
        return Finding("problem", f"store.database: {place} can't be written", "Set [store] database to another place.")
    return Finding("fine", f"store.database: {database} will be made")


def _disk(found: Settings) -> list[Finding]:
    """Warn of a new database on a disk that gets lost: the bot then starts with nothing old."""
    database = found.store.database
    reason = disk.temporary(database, os.environ)
    if not reason or found.feed.chose_start or _has_served(database):
        return []
    what = f"store.database: {database} is new and {reason}: the bot will post nothing that is there already"
    return [
        Finding("warning", what, "Give it a disk that lasts; or set [feed] first_run, for every start to post so many.")
    ]


def _has_served(database: Path) -> bool:
    try:
        with inspection.reading(database) as db:
            return chats.any_begun(db)
    except StoreError:  # reported already, or not there yet
        return database.exists()


async def _telegram(found: Settings) -> AsyncIterator[Finding]:
    token = found.telegram.token.get_secret_value()
    if not token:
        yield Finding(
            "problem", "telegram.token: is missing", "Take one from @BotFather; set PAPERBOY_TELEGRAM__TOKEN."
        )
        return
    speaking = messenger.build(token, found.telegram.api_base_url)
    try:
        me = await speaking.get_me()
        if not isinstance(me, dict):
            yield _refused(me)
            return
        yield Finding("fine", f"telegram.token: this is @{me['username']}")
        if not found.telegram.admins:
            yield Finding(
                "warning", "telegram.admins: nobody", "Without editors nobody hears of problems; add user ids."
            )
        if not found.channels:
            yield Finding("warning", "channels: none", "Posts go to followers only; add a [[channels]] block.")
        for channel in found.channels:
            yield await _channel(speaking, channel)
    finally:
        await speaking.close()


def _refused(came: object) -> Finding:
    if isinstance(came, Revoked):
        return Finding("problem", "telegram.token: Telegram refuses it", "Take a new one from @BotFather.")
    reason = getattr(came, "reason", came)
    return Finding("problem", f"telegram: can't be reached: {reason}", "Look at the network and api_base_url.")


async def _channel(speaking: Messenger, channel: settings.Channel) -> Finding:
    chat = await speaking.get_chat(channel.chat if channel.chat.startswith("@") else int(channel.chat))
    if not isinstance(chat, dict):
        mend = "Is the name right? Make the bot an administrator there."
        return Finding("problem", f"channels: {channel.chat}: {getattr(chat, 'reason', chat)}", mend)
    rights = await speaking.rights(int(chat["id"]))
    if not isinstance(rights, frozenset):
        mend = "Make the bot an administrator there."
        return Finding("problem", f"channels: {channel.chat}: {getattr(rights, 'reason', rights)}", mend)
    name = f"channels: {channel.chat}: {chat.get('title', '')}"
    if rights & {"left", "kicked"}:
        mend = "Make it an administrator there." if chat.get("type") == "channel" else "Add it to the group."
        return Finding("problem", f"{name}: the bot is no member", mend)
    if chat.get("type") == "channel" and not rights & {"creator", "can_post_messages"}:
        return Finding("problem", f"{name}: the bot may not post", "Give it the right to post messages.")
    if "restricted" in rights and "can_send_messages" not in rights:
        return Finding("problem", f"{name}: the bot may not write", "Give it the right to send messages.")
    if chat.get("type") == "channel" and not rights & {"creator", "can_delete_messages"}:
        return Finding(
            "warning", f"{name}: the bot may not delete", "Withdrawn posts will be edited to a note instead."
        )
    if chat.get("linked_chat_id") and channel.buttons is settings.Buttons.KEYBOARD:
        return Finding(
            "warning",
            f"{name}: has a discussion group, but Telegram offers no comments under a post with buttons",
            'Set buttons = "text" in its [[channels]] block, if readers are to comment.',
        )
    return Finding("fine", name)
