"""The world around the bot: who exists, where they are, what was said. Knows no HTTP and refuses no method.

Message ids run per chat in channels and supergroups; private chats and basic groups share one counter, as in Telegram.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.sandbox import objects, view
from bot.sandbox.records import (
    CHANNEL_RIGHTS,
    GROUP_RIGHTS,
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
from bot.sandbox.refusals import SandboxError
from bot.sandbox.taps import Taps
from bot.sandbox.webhook import Webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from bot.sandbox.events import Events
    from bot.sandbox.judge import Judge
    from bot.sandbox.updates import Updates

#: What `bot_rights` of a channel is when nothing else is said: what a publisher needs.
POSTING = frozenset({"can_manage_chat", "can_post_messages"})


class World:
    """Chats, people and messages, and the updates that follow from what happens to them."""

    def __init__(
        self, bot: Person, clock: Callable[[], datetime], events: Events, updates: Updates, judge: Judge
    ) -> None:
        self.bot = bot
        self.clock = clock
        self.events = events
        self.updates = updates
        self.judge = judge
        self.people: dict[int, Person] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, bytes] = {}
        #: Command menus by scope, person (0: any) and language ("": any); see methods.commands.
        self.commands: dict[tuple[str, int, str], list[Json]] = {}
        self.descriptions: dict[tuple[str, str], str] = {}
        self.taps = Taps(clock, events)
        self.webhook = Webhook(clock, events, updates)
        self._usernames: dict[str, Chat | Person] = {}
        self._ids = itertools.count(1001)
        self._shared_message_id = 0
        if bot.username:
            self._usernames[bot.username.lower()] = bot

    @property
    def now(self) -> int:
        """The hour here, in unix seconds."""
        return int(self.clock().timestamp())

    # Who and where

    def add_person(
        self,
        name: str,
        username: str | None = None,
        id: int | None = None,  # noqa: A002 - named as in the Bot API
        language: str | None = "en",
    ) -> Person:
        """Somebody with an account, who has not met the bot. Raises SandboxError if the id or username is taken."""
        number = id if id is not None else 5_000_000_000 + next(self._ids)
        if number in self.people:
            raise SandboxError(f"Somebody has the id {number} already.")
        person = Person(number, name, username, language)
        self._name(username, person)
        self.people[number] = person
        return person

    def add_channel(
        self,
        title: str,
        username: str | None = None,
        bot_rights: Iterable[str] | None = POSTING,
        *,
        protected: bool = False,
        owner: Person | None = None,
    ) -> Chat:
        """A channel; its id is -100…. With `bot_rights` None the bot is not in it."""
        chat = Chat(self._super_id(), "channel", title, username, protected=protected)
        self._add_chat(chat, [owner] if owner else [], [])
        if bot_rights is not None:
            chat.members[self.bot.id] = Member(self.bot, "administrator", set(bot_rights))
        self.tell_chat(chat)
        return chat

    def add_group(
        self,
        title: str,
        members: Iterable[Person] = (),
        admins: Iterable[Person] = (),
        *,
        supergroup: bool = True,
        forum: bool = False,
        username: str | None = None,
        bot: Status | None = "member",
    ) -> Chat:
        """A group the bot is in already (`bot` None: it is not). The first of `admins` owns it."""
        number = self._super_id() if supergroup else -(4_000_000 + next(self._ids))
        chat = Chat(number, "supergroup" if supergroup else "group", title, username, forum=forum)
        self._add_chat(chat, admins, members)
        if bot is not None:
            chat.members[self.bot.id] = Member(self.bot, bot, set(GROUP_RIGHTS) if bot == "administrator" else set())
            self._meet(chat)
        self.tell_chat(chat)
        return chat

    def add_topic(self, forum: Chat, name: str) -> ForumTopic:
        """A topic of a forum; its id addresses it as message_thread_id."""
        topic = ForumTopic(self._next_message_id(forum), name)
        forum.topics[topic.id] = topic
        return topic

    def private(self, person: Person) -> Chat | None:
        """The person's chat with the bot, once they started it."""
        return self.chats.get(person.id)

    def open_private(self, person: Person) -> Chat:
        """The person's chat with the bot, begun if need be."""
        chat = self.chats.get(person.id)
        if chat is None:
            chat = Chat(person.id, "private", person.name, person.username, person=person)
            self.chats[chat.id] = chat
            self.tell_chat(chat)
        person.met = True
        return chat

    def chat(self, where: Chat | Person | int) -> Chat:
        """The chat meant by a chat, a person or an id. Raises SandboxError if there is none."""
        if isinstance(where, Chat):
            return where
        found = self.chats.get(where.id if isinstance(where, Person) else where)
        if found is None:
            raise SandboxError(
                f"There is no chat of {where.name if isinstance(where, Person) else where} with the bot."
            )
        return found

    def person(self, who: Person | int) -> Person:
        """The person meant. Raises SandboxError if there is none."""
        if isinstance(who, Person):
            return who
        if who not in self.people:
            raise SandboxError(f"Nobody has the id {who}.")
        return self.people[who]

    def named(self, username: str) -> Chat | Person | None:
        """Who or what has a @username, in any case."""
        return self._usernames.get(username.removeprefix("@").lower())

    def rename(self, chat: Chat, *, title: str | None = None, username: str | None = None) -> None:
        """Give a chat another title or username; the old username leads nowhere afterwards."""
        if username is not None:
            self._name(username, chat)
            if chat.username:
                self._usernames.pop(chat.username.lower(), None)
            chat.username = username
        chat.title = title or chat.title
        self.tell_chat(chat)

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

    def tell_chat(self, chat: Chat) -> None:
        """Tell the page how a chat looks now."""
        if self.events.heard:
            self.events.publish("chat", view.chat(chat))

    # Within

    def _announce(self, chat: Chat, service: Json) -> None:
        message = self.post(
            chat, next(iter(m.person for m in chat.members.values() if m.leads), None), Content(), service=service
        )
        self.updates.put("message", objects.message(message))

    def _moved(self, chat: Chat, by: Person, old: Member, new: Member) -> Json:
        return {
            "chat": objects.chat(chat),
            "from": objects.user(by),
            "date": self.now,
            "old_chat_member": objects.member(old, chat),
            "new_chat_member": objects.member(new, chat),
        }

    def _add_chat(self, chat: Chat, admins: Iterable[Person], members: Iterable[Person]) -> None:
        self._name(chat.username, chat)
        self.chats[chat.id] = chat
        rights = set(CHANNEL_RIGHTS if chat.type == "channel" else GROUP_RIGHTS)
        for person in members:
            chat.members[person.id] = Member(person)
        for number, person in enumerate(admins):
            chat.members[person.id] = Member(person, "administrator" if number else "creator", set(rights))

    def _meet(self, chat: Chat) -> None:
        for member in chat.members.values():
            member.person.met = True

    def _name(self, username: str | None, bearer: Chat | Person) -> None:
        if not username:
            return
        if self._usernames.get(username.lower(), bearer) is not bearer:
            raise SandboxError(f"@{username} is taken.")
        self._usernames[username.lower()] = bearer

    def _super_id(self) -> int:
        return -1_000_000_000_000 - 2_000_000_000 - next(self._ids)

    def _next_message_id(self, chat: Chat) -> int:
        if chat.supers:
            chat.last_id += 1
        else:
            self._shared_message_id += 1
            chat.last_id = self._shared_message_id
        return chat.last_id

    def _tell(self, event: str, message: Message) -> None:
        if self.events.heard:
            self.events.publish(event, view.message(message))
        else:
            self.events.ring()
