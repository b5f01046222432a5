"""Looks up the settings' channels in Telegram, and tells the editors of unknown ones."""

from __future__ import annotations

import logging

from bot.botapi.client import Messenger
from bot.domain.notices import Alert, Notice
from bot.planning import naming
from bot.publish.notifier import Notifier
from bot.session.parts import Parts

_log = logging.getLogger(__name__)


class ChannelLookup:
    """The channels of the settings, as far as Telegram knows them."""

    def __init__(self, parts: Parts, messenger: Messenger, notifier: Notifier) -> None:
        self._parts = parts
        self._messenger = messenger
        self._notifier = notifier
        #: Channels of the settings that Telegram tells nothing of, and why.
        self.unknown: dict[str, str] = {}

    async def resolve(self) -> None:
        """Look up the channels; tell editors once of each that Telegram does not know."""
        channels = self._parts.channels
        self.unknown = await channels.resolve(self._messenger)
        numbers = {}
        for one, channel in zip(
            self._parts.settings.channels, channels.live, strict=True
        ):
            numbers[one.chat] = channel.chat
        known = [_key(setting) for setting in numbers if setting not in self.unknown]
        await self._notifier.all_clear(*known)
        for setting, reason in self.unknown.items():
            await self._report(setting, numbers[setting], reason)

    async def _report(self, setting: str, chat: int, reason: str) -> None:
        name = await self._parts.store(naming.chat, chat)
        fix = "Make the bot an administrator there; its posts wait."
        _log.error("channels: %s: %s. %s", name, reason, fix)
        key = _key(setting)
        notice = Notice(key=key, alert=Alert.UNKNOWN, chats=(chat,), reason=reason)
        await self._notifier.tell(notice)


def _key(setting: str) -> str:
    """Return what the incident of an unknown channel is stored by."""
    return f"unknown:{setting}"
