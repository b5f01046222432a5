"""People, chats and messages as plain records. Holds no rule and no wire format."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
ChatType = Literal["private", "group", "supergroup", "channel"]
Status = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]

ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
CHANNEL_RIGHTS = (*ADMIN_RIGHTS, "can_post_messages", "can_edit_messages")
GROUP_RIGHTS = (*ADMIN_RIGHTS, "can_pin_messages", "can_manage_topics")


@dataclass(slots=True, eq=False)
class Person:
    """Somebody with an account; the bot has one too."""

    id: int
    name: str
    username: str | None = None
    language: str | None = "en"
    is_bot: bool = False
    blocked: bool = False
    #: The account was deleted by its owner.
    deactivated: bool = False
    #: The bot has met them: in a group, or through an update of theirs.
    met: bool = False


@dataclass(slots=True, eq=False)
class Member:
    """Somebody's place in a chat; `rights` only count for administrators and the restricted.

    An administrator with `is_anonymous` among them writes in the group's name.
    """

    person: Person
    status: Status = "member"
    rights: set[str] = field(default_factory=set)

    @property
    def present(self) -> bool:
        """True if they are in the chat, in any role."""
        return self.status not in ("left", "kicked")

    @property
    def leads(self) -> bool:
        """True for the owner and for administrators."""
        return self.status in ("creator", "administrator")

    @property
    def anonymous(self) -> bool:
        """True for an administrator who writes in the group's name."""
        return self.leads and "is_anonymous" in self.rights

    def may(self, right: str) -> bool:
        """Return True if they have an administrator's right; the owner has all."""
        return self.status == "creator" or (
            self.status == "administrator" and right in self.rights
        )


@dataclass(slots=True, eq=False)
class ForumTopic:
    """A thread of a forum; its id is that of the service message which opened it."""

    id: int
    name: str
    closed: bool = False
    deleted: bool = False


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat (its id is the person's), a group, a supergroup or a channel."""

    id: int
    type: ChatType
    title: str
    username: str | None = None
    person: Person | None = None
    forum: bool = False
    #: Only administrators see who is in it.
    hidden_members: bool = False
    #: Forwarding and copying out of it is forbidden.
    protected: bool = False
    #: A basic group its owner deleted.
    deleted: bool = False
    migrated_to: int | None = None
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, ForumTopic] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    #: Every message, deleted ones included, by id and in order.
    messages: dict[int, Message] = field(default_factory=dict)
    last_id: int = 0

    @property
    def supers(self) -> bool:
        """True for supergroups and channels, which number their own messages."""
        return self.type in ("supergroup", "channel")


@dataclass(slots=True, frozen=True)
class Content:
    """The content of a message. `html` is the text as sent; entity offsets are in UTF-16 units."""

    text: str = ""
    html: str = ""
    parse_mode: str | None = None
    entities: tuple[Json, ...] = ()
    link_preview_options: Json | None = None
    #: Sizes of a photo, as the Bot API shows them; the text is then its caption.
    photo: tuple[Json, ...] = ()
    #: Where the photo was taken from: a URL, a file id, or the name of an upload.
    photo_source: str | None = None
    above: bool = False


@dataclass(slots=True, frozen=True)
class Version:
    """A message as it was before an edit."""

    content: Content
    reply_markup: Json | None
    date: int


@dataclass(slots=True, eq=False)
class Message:
    """A message and its past. `sender` is None for a post signed by its channel alone."""

    id: int
    chat: Chat
    sender: Person | None
    date: int
    content: Content
    reply_markup: Json | None = None
    edited: int | None = None
    thread: int | None = None
    reply_to: Message | None = None
    #: Written in the group's name.
    anonymous: bool = False
    #: MessageOrigin of a forward.
    origin: Json | None = None
    #: Fields of a service message (new_chat_members and the like).
    service: Json | None = None
    protected: bool = False
    silent: bool = False
    deleted: bool = False
    views: int = 0
    history: list[Version] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text without markup; of a photo, the caption."""
        return self.content.text

    @property
    def html(self) -> str:
        """The text as it was sent."""
        return self.content.html

    @property
    def entities(self) -> tuple[Json, ...]:
        """MessageEntity objects, in order."""
        return self.content.entities

    @property
    def link_preview_options(self) -> Json | None:
        """LinkPreviewOptions as sent, without its false fields."""
        return self.content.link_preview_options

    @property
    def photo(self) -> tuple[Json, ...]:
        """PhotoSize objects; empty if there is no photo."""
        return self.content.photo

    @property
    def buttons(self) -> list[list[Json]]:
        """The rows of the inline keyboard, if there is one."""
        rows: list[list[Json]] = (self.reply_markup or {}).get("inline_keyboard", [])
        return rows

    @property
    def preview(self) -> str | None:
        """The address a client would preview (Bot API, LinkPreviewOptions), or None."""
        options = self.link_preview_options or {}
        if options.get("is_disabled") or self.photo or self.service:
            return None
        return options.get("url") or first_address(self.content)


def first_address(content: Content) -> str | None:
    """Return the first http address in a text, plain or linked; None if there is none."""
    for entity in content.entities:
        if entity["type"] == "text_link" and entity["url"].startswith("http"):
            return str(entity["url"])
        if entity["type"] == "url":
            return slice16(content.text, entity["offset"], entity["length"])
    return None


def slice16(text: str, offset: int, length: int) -> str:
    """Return a part of `text`, measured in UTF-16 units as in Telegram."""
    if text.isascii():
        return text[offset : offset + length]
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")
