"""People, chats and their names. Messages are added by `world`."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from bot.sandbox import view
from bot.sandbox.records import (
    CHANNEL_RIGHTS,
    GROUP_RIGHTS,
    Chat,
    Member,
    Person,
    Status,
)
from bot.sandbox.refusals import SandboxError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.events import Events

#: The default `bot_rights` in a channel: what a publisher needs.
POSTING = frozenset({"can_manage_chat", "can_post_messages"})


class Population:
    """People and chats by id and by @username."""

    def __init__(self, bot: Person, events: Events) -> None:
        self.bot = bot
        self.events = events
        self.people: dict[int, Person] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self._usernames: dict[str, Chat | Person] = {}
        self._ids = itertools.count(1001)
        self._name(bot.username, bot)

    def add_person(
        self,
        name: str,
        username: str | None = None,
        id: int | None = None,  # noqa: A002 - named as in the Bot API
        language: str | None = "en",
    ) -> Person:
        """Add somebody with an account, who has not met the bot.

        Raises SandboxError if the id or the username is taken.
        """
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
        """Add a channel, with an id of -100…. With `bot_rights` None the bot is not in it."""
        chat = Chat(self._super_id(), "channel", title, username, protected=protected)
        self._add_chat(chat, [owner] if owner else [], [])
        if bot_rights is not None:
            chat.members[self.bot.id] = Member(
                self.bot, "administrator", set(bot_rights)
            )
        self.publish_chat(chat)
        return chat

    def add_group(
        self,
        title: str,
        members: Iterable[Person] = (),
        admins: Iterable[Person] = (),
        *,
        supergroup: bool = True,
        forum: bool = False,
        hidden_members: bool = False,
        username: str | None = None,
        bot: Status | None = "member",
    ) -> Chat:
        """Add a group, owned by the first of `admins`. With `bot` None the bot is not in it."""
        number = self._super_id() if supergroup else -(4_000_000 + next(self._ids))
        chat = Chat(
            number,
            "supergroup" if supergroup else "group",
            title,
            username,
            forum=forum,
        )
        chat.hidden_members = hidden_members
        chat.last_id = int(forum)  # 1 is General's number: no topic gets it
        self._add_chat(chat, admins, members)
        if bot is not None:
            rights = GROUP_RIGHTS if bot == "administrator" else ()
            chat.members[self.bot.id] = Member(self.bot, bot, set(rights))
            self._meet(chat)
        self.publish_chat(chat)
        return chat

    def private(self, person: Person) -> Chat | None:
        """Return the person's chat with the bot, None before they started it."""
        return self.chats.get(person.id)

    def open_private(self, person: Person) -> Chat:
        """Return the person's chat with the bot, created if needed."""
        chat = self.chats.get(person.id)
        if chat is None:
            chat = Chat(
                person.id, "private", person.name, person.username, person=person
            )
            self.chats[chat.id] = chat
            self.publish_chat(chat)
        person.met = True
        return chat

    def chat(self, where: Chat | Person | int) -> Chat:
        """Return the chat that a chat, a person or an id stands for.

        Raises SandboxError if there is none.
        """
        if isinstance(where, Chat):
            return where
        number, name = (
            (where.id, where.name) if isinstance(where, Person) else (where, where)
        )
        if number not in self.chats:
            raise SandboxError(f"There is no chat of {name} with the bot.")
        return self.chats[number]

    def person(self, who: Person | int) -> Person:
        """Return the person that an id stands for. Raises SandboxError if there is none."""
        if isinstance(who, Person):
            return who
        if who not in self.people:
            raise SandboxError(f"Nobody has the id {who}.")
        return self.people[who]

    def named(self, username: str) -> Chat | Person | None:
        """Return who or what has a @username, in any case; None if nobody has."""
        return self._usernames.get(username.removeprefix("@").lower())

    def rename(
        self, chat: Chat, *, title: str | None = None, username: str | None = None
    ) -> None:
        """Give a chat another title or username; the old username is free afterwards."""
        if username is not None:
            self._name(username, chat)
            if chat.username and chat.username.lower() != username.lower():
                self._usernames.pop(chat.username.lower(), None)
            chat.username = username or None
        chat.title = title or chat.title
        self.publish_chat(chat)

    def publish_chat(self, chat: Chat) -> None:
        """Send the page the present state of a chat."""
        if self.events.has_listeners:
            self.events.publish("chat", view.chat(chat))

    # Within

    def _add_chat(
        self, chat: Chat, admins: Iterable[Person], members: Iterable[Person]
    ) -> None:
        self._name(chat.username, chat)
        self.chats[chat.id] = chat
        rights = set(CHANNEL_RIGHTS if chat.type == "channel" else GROUP_RIGHTS)
        for person in members:
            chat.members[person.id] = Member(person)
        for number, person in enumerate(admins):
            status: Status = "administrator" if number else "creator"
            chat.members[person.id] = Member(person, status, set(rights))

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
