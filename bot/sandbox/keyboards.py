"""Keyboards under messages: what Telegram accepts, and how it stores them. Sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bot.sandbox import links
from bot.sandbox.refusals import bad

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.fields import Fields
    from bot.sandbox.records import Chat, Json

MOST_BUTTONS: Final = 100
#: Bytes of callback_data (Bot API, InlineKeyboardButton).
LONGEST_DATA: Final = 64
LONGEST_COPY: Final = 256
_APPEARANCE: Final = ("text", "style", "icon_custom_emoji_id")
_ACTIONS: Final = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)


def read(fields: Fields, chat: Chat, *, inline_only: bool = False) -> Json | None:
    """Return the checked reply_markup of a call, None if there is none. Raises Refusal 400."""
    markup = fields.object("reply_markup", "reply markup")
    if not markup:
        return None
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"], chat)
    if inline_only:
        raise bad("inline keyboard expected")
    if chat.type == "channel":
        raise bad("reply markup can't be used in channels")
    return markup


def _inline(rows: Any, chat: Chat) -> Json | None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        problem = 'field "inline_keyboard" must be an Array of Arrays'
        raise bad(f"can't parse inline keyboard: {problem}")
    kept = [[_button(button, chat) for button in row] for row in rows if row]
    if sum(map(len, kept)) > MOST_BUTTONS:
        raise bad("reply markup is too long")
    return {"inline_keyboard": kept} if kept else None


def _button(button: Any, chat: Chat) -> Json:
    if not isinstance(button, dict):
        raise bad("can't parse inline keyboard button: expected an Object")
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad("can't parse inline keyboard button: text must be non-empty")
    actions = [action for action in _ACTIONS if action in button]
    if not actions:
        problem = "Text buttons are unallowed in the inline keyboard"
        raise bad(f"can't parse inline keyboard button: {problem}")
    if len(actions) > 1:
        raise bad("can't parse inline keyboard button: exactly one action is expected")
    action = actions[0]
    kept = {key: button[key] for key in _APPEARANCE if key in button}
    kept[action] = _CHECKS.get(action, _unchanged)(button[action], chat)
    return kept


def _unchanged(value: Any, _chat: Chat) -> Any:
    return value


def _url(value: Any, _chat: Chat) -> str:
    try:
        return links.checked(str(value))
    except links.WrongAddress as wrong:
        raise bad(f"inline keyboard button URL '{value}' is invalid: {wrong}") from None


def _data(value: Any, _chat: Chat) -> str:
    if not 0 < len(str(value).encode()) <= LONGEST_DATA:
        raise bad("BUTTON_DATA_INVALID")
    return str(value)


def _web_app(value: Any, chat: Chat) -> Json:
    url = str(value.get("url", "")) if isinstance(value, dict) else ""
    if not url.lower().startswith("https://"):
        problem = "Only HTTPS links are allowed"
        raise bad(f"inline keyboard button Web App URL '{url}' is invalid: {problem}")
    if chat.type != "private":
        raise bad("BUTTON_TYPE_INVALID")
    return {"url": url}


def _copy(value: Any, _chat: Chat) -> Json:
    text = str(value.get("text", "")) if isinstance(value, dict) else ""
    if not 0 < len(text) <= LONGEST_COPY:
        raise bad("BUTTON_COPY_TEXT_INVALID")
    return {"text": text}


_CHECKS: Final[dict[str, Callable[[Any, Chat], Any]]] = {
    "url": _url,
    "callback_data": _data,
    "web_app": _web_app,
    "copy_text": _copy,
}
