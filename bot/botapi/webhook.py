"""What a webhook is: where Telegram posts updates, and the secret it sends with them.

Handles no request; the endpoint is `web.webhook`.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

#: Handles an update. Raises an error where Telegram should post it again.
Handle = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Hook:
    """The path that Telegram posts updates to, the secret it sends, and what handles the updates.

    Raises ValueError for a path without its slash, or without a secret: anybody could post updates.
    """

    path: str
    secret: str
    handle: Handle

    def __post_init__(self) -> None:
        if not self.path.startswith("/") or not self.secret:
            raise ValueError("a webhook needs a path that begins with / and a secret")

    @property
    def paths(self) -> set[str]:
        """The path, and its last part alone: a reverse proxy may remove the rest."""
        last = self.path.rpartition("/")[2]
        return {self.path, f"/{last}"}

    def admits(self, token: str) -> bool:
        """Return True for the secret; takes equally long for any other token."""
        return hmac.compare_digest(token.encode(), self.secret.encode())


def why_unheard(info: Mapping[str, Any], url: str) -> str | None:
    """Return why Telegram posts no updates to `url`, or None if it does.

    info: Bot API WebhookInfo, for any address.
    """
    parts = urlsplit(str(info.get("url")))
    host = parts.netloc.rpartition("@")[2]
    where = f"{parts.scheme}://{host}"  # what follows may be a secret
    if info.get("url") != url:
        return (
            f"another program has set a webhook at {where}, which gets this bot's updates now; "
            "stop it, then restart"
        )
    error = info.get("last_error_message")
    if error and info.get("pending_update_count"):
        return f"Telegram can't reach {where}: {error}"
    return None
