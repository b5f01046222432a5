"""The world around the bot: messages, and the updates that follow from them. Refuses no method.

Channels and supergroups number their own messages; private chats and basic groups share one
counter, as in Telegram.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.sandbox import objects, view
from bot.sandbox.population import Population
from bot.sandbox.records import (
    Chat,
    Content,
    ForumTopic,
    Json,
    Member,
    Message,
    Person,
    Status,
    Version,
)
from bot.sandbox.taps import Taps
from bot.sandbox.webhook import Webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from bot.sandbox.events import Events
    from bot.sandbox.judge import Judge
    from bot.sandbox.updates import Updates


class World(Population):
    """A population with messages, and the updates that follow from what happens."""

    def __init__(
        self,
        bot: Person,
        clock: Callable[[], datetime],
        events: Events,
        updates: Updates,
        judge: Judge,
    ) -> None:
        super().__init__(bot, events)
        self.clock = clock
        self.updates = updates
        self.judge = judge
        #: Uploads by file_id.
        self.files: dict[str, bytes] = {}
        #: Command menus by scope, person (0: any) and language ("": any); see methods.menus.
        self.commands: dict[tuple[str, int, str], list[Json]] = {}
        self.descriptions: dict[tuple[str, str], str] = {}
        self.taps = Taps(clock, events)
        self.webhook = Webhook(clock, events, updates)
        self._first_message_id = self._shared_message_id = 0

    @property
    def now(self) -> int:
        """The sandbox's time in unix seconds."""
        return int(self.clock().timestamp())

    # Messages

    def post(
        self,
        chat: Chat,
        sender: Person | None,
        content: Content,
        **fields: Any,
    ) -> Message:
        """Add a message, with further `fields` of Message. The page gets it, the bot no update."""
        number = self._next_message_id(chat)
        message = Message(number, chat, sender, self.now, content, **fields)
        chat.messages[message.id] = message
        if chat.type == "channel":
            message.views = 1
        self._publish("message", message)
        return message

    def edit(
        self, message: Message, content: Content, reply_markup: Json | None
    ) -> None:
        """Replace the content of a message; the former version is added to its history."""
        dated = message.edited or message.date
        message.history.append(Version(message.content, message.reply_markup, dated))
        if content != message.content:
            message.edited = self.now
        message.content = content
        message.reply_markup = reply_markup
        self._publish("edited", message)

    def delete(self, message: Message) -> None:
        """Delete a message; its record stays, marked as deleted."""
        message.deleted = True
        if message.id in message.chat.pinned:
            message.chat.pinned.remove(message.id)
        self.events.publish("deleted", {"chat": message.chat.id, "id": message.id})

    def post_as(self, person: Person, channel: Chat, text: str) -> Message:
        """Add somebody's post to a channel, with an update (channel_post) if the bot is there."""
        message = self.post(channel, person, self.content(text))
        if self.member(channel, self.bot).present:
            self.updates.put("channel_post", objects.message(message))
        return message

    def content(self, text: str) -> Content:
        """Return a text as a person types it, with the entities Telegram finds in it."""
        judged = self.judge.plain(text)
        return Content(judged.text, text, None, judged.entities)

    def add_topic(self, forum: Chat, name: str) -> ForumTopic:
        """Add a topic to a forum; its id is the message_thread_id."""
        service = {"forum_topic_created": {"name": name, "icon_color": 0x6FB9F0}}
        opening = self.post(forum, _leader(forum), Content(), service=service)
        opening.thread = opening.id
        topic = ForumTopic(opening.id, name)
        forum.topics[topic.id] = topic
        return topic

    def close_topic(
        self, forum: Chat, topic: ForumTopic, *, closed: bool = True
    ) -> None:
        """Close a topic to all but administrators, or reopen it, with a service message."""
        topic.closed = closed
        service: Json = {"forum_topic_closed" if closed else "forum_topic_reopened": {}}
        message = self.post(
            forum, _leader(forum), Content(), service=service, thread=topic.id
        )
        if self.member(forum, self.bot).present:
            self.updates.put("message", objects.message(message))

    def go_on_after(self, number: int) -> None:
        """Let later messages have higher numbers than this one."""
        self._first_message_id = self._shared_message_id = number

    # Membership

    def member(self, chat: Chat, person: Person) -> Member:
        """Return somebody's membership in a chat; a stranger's has the status `left`."""
        return chat.members.get(person.id) or Member(person, "left")

    def set_member(
        self,
        chat: Chat,
        person: Person,
        status: Status,
        rights: Iterable[str] = (),
        by: Person | None = None,
    ) -> None:
        """Change somebody's membership, with an update (my_chat_member for the bot)."""
        old = self.member(chat, person)
        new = Member(person, status, set(rights))
        chat.members[person.id] = new
        if person is self.bot and new.present:
            self._meet(chat)
        kind = "my_chat_member" if person is self.bot else "chat_member"
        self.updates.put(kind, self._moved(chat, by or person, old, new))
        self.publish_chat(chat)

    def put_block_update(self, person: Person, *, blocked: bool) -> None:
        """Add the update that a person has blocked or unblocked the bot (my_chat_member)."""
        chat = self.open_private(person)
        old, new = Member(self.bot, "kicked"), Member(self.bot, "member")
        if blocked:
            old, new = new, old
        self.updates.put("my_chat_member", self._moved(chat, person, old, new))

    def migrate(self, group: Chat) -> Chat:
        """Upgrade a basic group: return the new supergroup; calls to the old id get a 400."""
        supergroup = replace(group, id=self._super_id(), type="supergroup")
        supergroup.messages, supergroup.pinned, supergroup.last_id = {}, [], 0
        self.chats[supergroup.id] = supergroup
        group.migrated_to = supergroup.id
        self._announce(group, {"migrate_to_chat_id": supergroup.id})
        self._announce(supergroup, {"migrate_from_chat_id": group.id})
        self.publish_chat(supergroup)
        return supergroup

    # Within

    def _announce(self, chat: Chat, service: Json) -> None:
        message = self.post(chat, _leader(chat), Content(), service=service)
        self.updates.put("message", objects.message(message))

    def _moved(self, chat: Chat, by: Person, old: Member, new: Member) -> Json:
        return {
            "chat": objects.chat(chat),
            "from": objects.user(by),
            "date": self.now,
            "old_chat_member": objects.member(old, chat),
            "new_chat_member": objects.member(new, chat),
        }

    def _next_message_id(self, chat: Chat) -> int:
        if chat.supers:
            chat.last_id = max(chat.last_id, self._first_message_id) + 1
        else:
            self._shared_message_id += 1
            chat.last_id = self._shared_message_id
        return chat.last_id

    def _publish(self, event: str, message: Message) -> None:
        if self.events.has_listeners:
            self.events.publish(event, view.message(message))
        else:
            self.events.ring()


def _leader(chat: Chat) -> Person | None:
    """Return the person who appears as the author of service messages."""
    return next(
        (member.person for member in chat.members.values() if member.leads), None
    )
