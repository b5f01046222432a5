"""Error answers of the Bot API, word for word. Decides nothing.

The texts are those of tdlib/telegram-bot-api and TDLib; the few that are not found there are those
commonly reported.
"""

from __future__ import annotations

from bot.errors import PaperboyError
from bot.sandbox.records import Json


class SandboxError(PaperboyError):
    """A person of the sandbox can't do what a test or the page demands of them."""


class Refusal(Exception):
    """An answer with ok = false. `code` is both its error_code and the HTTP status."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def answer(self) -> Json:
        """Return the JSON object that is sent."""
        answer: Json = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad(text: str, **parameters: int) -> Refusal:
    """400; `text` without its prefix. The first letter is lower-cased as the server does."""
    if len(text) > 1 and not (text[1] == "_" or text[1].isupper()):
        text = text[0].lower() + text[1:]
    return Refusal(400, f"Bad Request: {text}", **parameters)


def forbidden(text: str) -> Refusal:
    """403: nothing was done, and asking again changes nothing."""
    return Refusal(403, f"Forbidden: {text}")


def conflict(text: str) -> Refusal:
    """409: somebody else is reading the updates."""
    return Refusal(409, f"Conflict: {text}")


def too_many(seconds: int) -> Refusal:
    """429, with the time to wait in whole seconds."""
    return Refusal(
        429, f"Too Many Requests: retry after {seconds}", retry_after=seconds
    )


def not_found() -> Refusal:
    """404: no such method, or a token not of Telegram's shape."""
    return Refusal(404, "Not Found")


def unauthorized() -> Refusal:
    """401: no such bot, or its token was revoked."""
    return Refusal(401, "Unauthorized")


NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
OTHER_POLLER = (
    "terminated by other getUpdates request; "  # as Telegram words it
    "make sure that only one bot instance is running"
)
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; "  # as Telegram words it
    "use deleteWebhook to delete the webhook first"
)
