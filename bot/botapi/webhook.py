"""What a webhook is: where Telegram posts updates, and what it proves itself with. Answers nothing; see `door`."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Hook:
    """Where Telegram posts updates, what it proves itself with, and who handles them.

    Raises ValueError for a path without its slash or no secret: anybody could post.
    """

    path: str
    secret: str
    handle: Callable[[dict[str, Any]], Awaitable[None]]

    def __post_init__(self) -> None:
        if not self.path.startswith("/") or not self.secret:
            raise ValueError("a webhook needs a path that begins with / and a secret")

    @property
    def paths(self) -> set[str]:
        """The path, and its last part alone: a proxy before us may take the rest away."""
        return {self.path, f"/{self.path.rpartition('/')[2]}"}

    def admits(self, shown: str) -> bool:
        """Say whether this is the secret; takes as long for a good guess as for a bad one."""
        return hmac.compare_digest(shown.encode(), self.secret.encode())


def why_unheard(info: Mapping[str, Any], url: str) -> str:
    """Return why Telegram brings no updates to `url`, or "". info: Bot API WebhookInfo, which names some webhook."""
    parts = urlsplit(str(info.get("url")))
    where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"  # what follows may be a secret
    if info.get("url") != url:
        return f"another program has set a webhook at {where}, which gets this bot's updates now; stop it, then restart"
    if info.get("last_error_message") and info.get("pending_update_count"):
        return f"Telegram can't reach {where}: {info['last_error_message']}"
    return ""
