"""The bot's account: its token, clock, webhook and editors. Asks Telegram and changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from bot.botapi import client
from bot.botapi.client import Messenger
from bot.cli.checking import channels
from bot.cli.checking.finding import Finding, fine, problem, warning
from bot.domain.chat import Standing
from bot.domain.outcome import Delay, Gone, Refused, Revoked, Sent, Unknown, Wait
from bot.domain.plain_text import counted
from bot.errors import StoreError
from bot.settings import Settings
from bot.store import chats, inspection

#: A clock that differs by more than this from Telegram's is wrong.
_CLOCK_SLACK = timedelta(minutes=1)
_OFFICIAL = "https://api.telegram.org"


async def findings(
    chosen: Settings, clock: Callable[[], datetime]
) -> AsyncIterator[Finding]:
    """Yield what Telegram says about the bot, its editors and its channels."""
    token = chosen.telegram.token.get_secret_value()
    if not token:
        yield problem(
            "telegram.token: is missing",
            "Take one from @BotFather; set PAPERBOY_TELEGRAM__TOKEN.",
        )
        return
    messenger = client.build(token, chosen.telegram.api_base_url)
    try:
        me = await messenger.get_me()
        if not isinstance(me, dict):
            yield _no_answer(me)
            return
        yield fine(f"telegram.token: this is @{me['username']}")
        for finding in _clock(messenger.server_time, clock()):
            yield finding
        async for finding in _webhook(messenger, chosen):
            yield finding
        async for finding in _editors(messenger, chosen, me):
            yield finding
        async for finding in channels.findings(messenger, chosen):
            yield finding
    finally:
        await messenger.close()


def _no_answer(outcome: object) -> Finding:
    reason = str(getattr(outcome, "reason", outcome))
    is_intercepted = isinstance(outcome, Wait) and outcome.cause is Delay.INTERCEPTED
    if isinstance(outcome, Revoked):
        return problem(
            "telegram.token: Telegram refuses it", "Take a new one from @BotFather."
        )
    if isinstance(outcome, Unknown | Refused) or is_intercepted:
        return problem(
            f"telegram.api_base_url: what answers there is not the Bot API ({reason})",
            f"Set api_base_url to {_OFFICIAL}, or to your own Bot API server; "
            "look for a proxy in between.",
        )
    return problem(f"telegram: {reason}", "Check the network and api_base_url.")


def _clock(theirs: datetime | None, ours: datetime) -> Iterator[Finding]:
    """Warn of a clock that differs from Telegram's: future dates and ages depend on it."""
    if theirs is None or abs(ours - theirs) <= _CLOCK_SLACK:
        return
    seconds = int(abs(ours - theirs).total_seconds())
    for size, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            far = counted(seconds // size, noun)
            break
    side = "ahead of" if ours > theirs else "behind"
    yield warning(
        f"clock: this machine's clock is {far} {side} Telegram's: "
        "articles would go out at the wrong time",
        "Set the clock; let NTP keep it right.",
    )


async def _webhook(messenger: Messenger, chosen: Settings) -> AsyncIterator[Finding]:
    """Warn of a webhook that is not the bot's, and of its own that Telegram can't reach."""
    outcome, info = await messenger.ask("getWebhookInfo")
    if (
        not isinstance(outcome, Sent)
        or not isinstance(info, dict)
        or not info.get("url")
    ):
        return
    parts = urlsplit(str(info["url"]))
    where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"  # what follows may be a secret
    public = chosen.web.public_url
    if not public or not f"{info['url']}/".startswith(f"{public.rstrip('/')}/"):
        yield warning(
            f"telegram: a webhook at {where} receives this bot's updates: "
            "perhaps another program's",
            "Stop that program if it still runs; `paperboy run` then takes the updates over.",
        )
    elif info.get("last_error_message"):
        yield warning(
            f"web.public_url: Telegram could not reach {where} the last time: "
            f"{info['last_error_message']}",
            "See that the address leads to web.listen and has a valid certificate.",
        )


async def _editors(
    messenger: Messenger, chosen: Settings, me: dict[str, object]
) -> AsyncIterator[Finding]:
    if not chosen.telegram.admins:
        yield warning(
            "telegram.admins: nobody",
            "Without editors nobody hears of problems; add user ids.",
        )
    for editor in sorted(chosen.telegram.admins):
        if editor == me["id"]:
            yield warning(
                f"telegram.admins: {editor}: this is the bot itself",
                "Put a person's user id there.",
            )
            continue
        chat = await messenger.get_chat(editor)
        start = f"Have them open https://t.me/{me['username']} and press Start"
        if isinstance(chat, Gone | Refused):
            yield warning(
                f"telegram.admins: {editor}: has not pressed Start, so the bot can't write to them",
                f"{start}; or correct the user id.",
            )
        elif isinstance(chat, dict) and chat["type"] != "private":
            yield warning(
                f"telegram.admins: {editor}: is not a person",
                "Put a person's user id there.",
            )
        elif reason := _away(chosen, editor):
            name = _name(chat) if isinstance(chat, dict) else ""
            yield warning(
                f"telegram.admins: {name or editor} ({editor}): can't be written to: {reason}",
                f"{start}.",
            )


def _name(person: dict[str, Any]) -> str:
    first = person.get("first_name", "")
    last = person.get("last_name", "")
    return f"{first} {last}".strip()


def _away(chosen: Settings, editor: int) -> str:
    """Return why the bot could not write to an editor the last time; empty if it could."""
    try:
        with inspection.reading(chosen.store.database) as db:
            chat = chats.by_number(db, editor)
            return chat.reason if chat and chat.state is Standing.PARKED else ""
    except StoreError:  # reported already, or not there yet
        return ""
