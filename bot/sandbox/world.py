"""The world around the bot: what is said, and the updates that follow. Knows no HTTP and refuses no method.

Message ids run per chat in channels and supergroups; private chats and basic groups share one counter, as in Telegram.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.sandbox import objects, view
from bot.sandbox.population import Population
from bot.sandbox.records import Chat, Content, ForumTopic, Json, Member, Message, Person, Status, Version
from bot.sandbox.taps import Taps
from bot.sandbox.webhook import Webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from bot.sandbox.events import Events
    from bot.sandbox.judge import Judge
    from bot.sandbox.updates import Updates


class World(Population):
    """A population that talks, and the updates that follow from what happens to it."""

    def __init__(
        self, bot: Person, clock: Callable[[], datetime], events: Events, updates: Updates, judge: Judge
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
        """The hour here, in unix seconds."""
        return int(self.clock().timestamp())

    # What is said

    def post(self, chat: Chat, sender: Person | None, content: Content, **fields: object) -> Message:
        """A new message, told to the page but not to the bot. `fields` are those of Message."""
        message = Message(self._next_message_id(chat), chat, sender, self.now, content, **fields)  # type: ignore[arg-type]  # fields of Message
        chat.messages[message.id] = message
        if chat.type == "channel":
            message.views = 1
        self._tell("message", message)
        return message

    def edit(self, message: Message, content: Content, reply_markup: Json | None) -> None:
        """Replace what a message says; the former version joins its history."""
        message.history.append(Version(message.content, message.reply_markup, message.edited or message.date))
        if content != message.content:
            message.edited = self.now
        message.content = content
        message.reply_markup = reply_markup
        self._tell("edited", message)

    def delete(self, message: Message) -> None:
        """Take a message away; the record stays, marked."""
        message.deleted = True
        if message.id in message.chat.pinned:
            message.chat.pinned.remove(message.id)
        self.events.publish("deleted", {"chat": message.chat.id, "id": message.id})

    def post_as(self, person: Person, channel: Chat, text: str) -> Message:
        """A post of somebody else's in a channel; the bot hears of it (channel_post) if it is there."""
        message = self.post(channel, person, self.content(text))
        if self.member(channel, self.bot).present:
            self.updates.put("channel_post", objects.message(message))
        return message

    def content(self, text: str) -> Content:
        """What a person types, with the entities Telegram finds in it."""
        judged = self.judge.plain(text)
        return Content(judged.text, text, None, judged.entities)

    def add_topic(self, forum: Chat, name: str) -> ForumTopic:
        """A topic of a forum; its id addresses it as message_thread_id."""
        service = {"forum_topic_created": {"name": name, "icon_color": 0x6FB9F0}}
        opening = self.post(forum, _leader(forum), Content(), service=service)
        opening.thread = opening.id
        topic = ForumTopic(opening.id, name)
        forum.topics[topic.id] = topic
        return topic

    def close_topic(self, forum: Chat, topic: ForumTopic, *, closed: bool = True) -> None:
        """Close a topic to all but administrators, or open it again, with the service message that tells of it."""
        topic.closed = closed
        service: Json = {"forum_topic_closed" if closed else "forum_topic_reopened": {}}
        message = self.post(forum, _leader(forum), Content(), service=service, thread=topic.id)
        if self.member(forum, self.bot).present:
            self.updates.put("message", objects.message(message))

    def go_on_after(self, number: int) -> None:
        """Number messages from here on, as does a Telegram whose earlier messages are not shown any more."""
        self._first_message_id = self._shared_message_id = number

    # How the bot stands

    def member(self, chat: Chat, person: Person) -> Member:
        """Somebody's place in a chat; a stranger's is `left`."""
        return chat.members.get(person.id) or Member(person, "left")

    def set_member(
        self, chat: Chat, person: Person, status: Status, rights: Iterable[str] = (), by: Person | None = None
    ) -> None:
        """Give somebody another place in a chat, with the update that follows (my_chat_member for the bot)."""
        old = self.member(chat, person)
        new = Member(person, status, set(rights))
        chat.members[person.id] = new
        if person is self.bot and new.present:
            self._meet(chat)
        kind = "my_chat_member" if person is self.bot else "chat_member"
        self.updates.put(kind, self._moved(chat, by or person, old, new))
        self.tell_chat(chat)

    def tell_block(self, person: Person, *, blocked: bool) -> None:
        """Update my_chat_member of a private chat: the bot was blocked or let in again."""
        chat = self.open_private(person)
        old, new = Member(self.bot, "kicked"), Member(self.bot, "member")
        if blocked:
            old, new = new, old
        self.updates.put("my_chat_member", self._moved(chat, person, old, new))

    def migrate(self, group: Chat) -> Chat:
        """Upgrade a basic group: a new supergroup, both service messages, and 400s at the old address from now on."""
        supergroup = replace(group, id=self._super_id(), type="supergroup", messages={}, last_id=0, pinned=[])
        self.chats[supergroup.id] = supergroup
        group.migrated_to = supergroup.id
        self._announce(group, {"migrate_to_chat_id": supergroup.id})
        self._announce(supergroup, {"migrate_from_chat_id": group.id})
        self.tell_chat(supergroup)
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

    def _tell(self, event: str, message: Message) -> None:
        if self.events.heard:
            self.events.publish(event, view.message(message))
        else:
            self.events.ring()


def _leader(chat: Chat) -> Person | None:
    """Whoever is named as doing what the owner does."""
    return next((member.person for member in chat.members.values() if member.leads), None)
