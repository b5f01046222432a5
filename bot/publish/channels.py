"""The channels of the settings as the store and Telegram know them. Posts nothing.

A setting names a chat by @name or number. The name is resolved once, and the row keeps the number,
so that a renamed channel stays the same channel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from bot import settings
from bot.domain import topics
from bot.domain.delivery import Channel
from bot.domain.notices import Notice
from bot.domain.outcome import Migrated, Outcome, reason_of
from bot.domain.topics import Taxonomy
from bot.errors import UsageError
from bot.publish import channel_start
from bot.settings import Buttons
from bot.store import addressing, chats
from bot.store.thread import Store

#: A chat as the Bot API describes it.
ChatFacts = dict[str, Any]


class Directory(Protocol):
    """Whoever can look up a chat."""

    async def get_chat(self, chat: int | str) -> ChatFacts | Outcome:
        """Return the chat as the Bot API describes it, or why there is none."""


class Channels:
    """The channels one Paperboy posts to."""

    def __init__(
        self, store: Store, chosen: Sequence[settings.Channel], taxonomy: Taxonomy
    ) -> None:
        self._store = store
        self._settings = chosen
        self._taxonomy = taxonomy
        #: The channels with their filters, in the order of the settings; one list, kept up to date.
        self.live: list[Channel] = []
        self._buttons: dict[int, Buttons] = {}

    async def load(self) -> None:
        """Update the rows from the settings. Raises UsageError when two settings are one chat."""
        chosen = [(one.chat, one.thread, one.on_doubt) for one in self._settings]
        rows = await self._store(chats.set_channels, chosen)
        names: dict[int, str] = {}
        channels: list[Channel] = []
        for row, setting in zip(rows, self._settings, strict=True):
            if row.id in names:
                raise UsageError(
                    f"channels: {setting.chat} and {names[row.id]} are the same chat; "
                    "keep one of the two"
                )
            names[row.id] = setting.chat
            self._buttons[row.id] = setting.buttons
            channels.append(admission(row, setting, self._taxonomy))
        self.live[:] = channels

    def buttons(self, chat: int) -> Buttons:
        """Return where the links of a post to this chat stand; readers and groups get buttons."""
        return self._buttons.get(chat, Buttons.KEYBOARD)

    async def resolve(self, directory: Directory) -> dict[str, str]:
        """Ask Telegram for the channels' numbers and names.

        Return setting → reason for the channels that Telegram does not know.
        """
        problems = {}
        for channel, setting in zip(list(self.live), self._settings, strict=True):
            found = await self._look_up(directory, channel, setting)
            if isinstance(found, dict):
                title = found.get("title") or found.get("first_name", "")
                await self._store(
                    chats.resolve,
                    channel.chat,
                    int(found["id"]),
                    username=str(found.get("username", "")),
                    title=str(title),
                )
            else:
                reason = reason_of(found) or "Telegram gave no answer"
                problems[setting.chat] = reason
        await self.load()
        return problems

    @property
    def all_begun(self) -> bool:
        """Whether every channel has begun."""
        return None not in [channel.begun for channel in self.live]

    async def _look_up(
        self, directory: Directory, channel: Channel, setting: settings.Channel
    ) -> ChatFacts | Outcome:
        """Ask for a channel by its number where that is known: its name may be another's by now."""
        row = await self._store(chats.get, channel.chat)
        if row is None or row.chat_id is None:
            return await directory.get_chat(setting.chat)
        found = await directory.get_chat(row.chat_id)
        match found:
            case Migrated():
                await self._store(addressing.move, row.chat_id, found.chat_id)
                return await directory.get_chat(found.chat_id)
            case _:
                return found

    async def begin(
        self, chosen: settings.Settings, environ: Mapping[str, str], at: datetime
    ) -> tuple[int, tuple[Notice, ...]]:
        """Apply the start of the channels that have not begun.

        Return how many articles are pending because of it, and the notices for editors.
        """
        channels = tuple(self.live)
        start = await self._store(channel_start.decide, chosen, at, environ)
        waiting = await self._store(channel_start.begin, channels, start, at)
        await self.load()
        return waiting, start.notices


def admission(
    row: chats.Chat, setting: settings.Channel, taxonomy: Taxonomy
) -> Channel:
    """Return a channel: id and start from its row, filters from the settings."""
    keys = set()
    for name in setting.topics:
        for topic in (taxonomy.name(name), taxonomy.sample_behind(name)):
            if topic:
                keys.add(topics.key(topic))
    return Channel(
        chat=row.id,
        topics=frozenset(keys),
        min_quality=setting.min_quality,
        begun=row.sequence,
    )
