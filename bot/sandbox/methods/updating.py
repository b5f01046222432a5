"""How updates reach the bot: getUpdates, setWebhook and the like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from bot.sandbox.refusals import bad

if TYPE_CHECKING:
    from bot.sandbox.fields import Fields
    from bot.sandbox.records import Json
    from bot.sandbox.world import World

#: Telegram's limit on a long poll, in seconds.
LONGEST_POLL: Final = 50.0
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]*")
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


async def get_updates(world: World, fields: Fields) -> list[Json]:
    """getUpdates."""
    world.updates.allow(_kinds(fields))
    limit = min(max(fields.integer("limit", 100), 1), 100)
    timeout = min(fields.number("timeout"), LONGEST_POLL)
    return await world.updates.poll(fields.integer("offset"), limit, timeout)


def set_webhook(world: World, fields: Fields) -> bool:
    """setWebhook; only to this machine. An empty URL removes it."""
    url = fields.text("url")
    if not url:
        return delete_webhook(world, fields)
    parts = urlsplit(url)
    if parts.scheme != "https" and (parts.hostname or "") not in _LOOPBACK:
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.hostname or "") not in _LOOPBACK:
        raise bad("bad webhook: the sandbox calls this machine only (127.0.0.1)")
    secret = fields.text("secret_token")
    if len(secret) > 256:
        raise bad("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    world.updates.allow(_kinds(fields))
    if fields.flag("drop_pending_updates"):
        world.updates.clear()
    world.updates.interrupt("terminated by setWebhook request")
    world.webhook.start(url, secret, fields.integer("max_connections", 40))
    return True


def delete_webhook(world: World, fields: Fields) -> bool:
    """deleteWebhook."""
    world.webhook.stop()
    if fields.flag("drop_pending_updates"):
        world.updates.clear()
    return True


def webhook_info(world: World, _fields: Fields) -> Json:
    """getWebhookInfo."""
    info = world.webhook.info() | {"pending_update_count": len(world.updates.waiting)}
    if world.updates.allowed is not None:
        info["allowed_updates"] = sorted(world.updates.allowed)
    return info


def _kinds(fields: Fields) -> list[str] | None:
    kinds: list[Any] | None = fields.array("allowed_updates", "allowed_updates")
    return None if kinds is None else [str(kind) for kind in kinds]


METHODS = {
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": webhook_info,
}
