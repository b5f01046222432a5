"""What editors are told unasked, and what they can decide by a button: plain data. Pure.

Sends, stores and words nothing. How to tell editors something:

- In the transaction that writes the cause: `store.notices.tell(db, [notice], at)`. Elsewhere:
  `await tell(notice)`, which is `Connection.tell_editors`. Either way the notice is kept in the
  database. `publish.notifier` sends it to each editor's private chat, and tries again if it can't.
- `key` names the incident. While it is open, telling it again does nothing.
  `store.notices.all_clear(db, keys, at)` closes it: an editor who was told gets one message that it
  is over (for the kinds in `ENDING`); an editor who was not told yet gets no message. A key that is
  closed can be opened again. Start a chat's keys with its row number: `f"{chat}:rights"`.
- Notices of one kind told close together become one message; the next of that kind follows some
  minutes later. So tell many in one call, one notice for each file or article.
- Subjects are row numbers of articles and chats, and paths of files. They are shown by name: title
  and file, title and @name. Write no "article 3" and no number of a chat into `reason`. A reader's
  chat is never named.
- `choices` become labelled buttons under a separate message. A new kind needs: a member here, and
  its sentences in `config/templates/replies/alert.html.j2`. A new decision needs: a member, its
  label in `rendering.labels.DECISIONS`, a handler in `conversation.decisions.HANDLERS`, and its
  sentences in `config/templates/replies/decided.html.j2`.

The notice of a bulk arrival, for example::

    newest = Choice(Decision.POST_NEWEST, "10")
    choices = (newest, Choice(Decision.POST_ALL), Choice(Decision.SKIP_ALL))
    Notice(key="bulk", alert=Alert.BULK, articles=(31, 32), count=412, choices=choices)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

#: Bytes of a choice's value: with the decision's name it must fit into a button's 64.
VALUE_BYTES = 40


class Alert(StrEnum):
    """A kind of notice. Stored by value."""

    #: The bot lost the right to post in a channel; its posts wait.
    RIGHTS = "rights"
    #: The bot was removed from a channel, or the channel was deleted; its posts wait.
    GONE = "gone"
    #: Telegram does not know a channel of the settings, or does not show it to the bot.
    UNKNOWN = "unknown"
    #: Telegram asked the bot to pause in a chat for an hour or more.
    PAUSED = "paused"
    #: Telegram could not be reached for an hour or more, and can be again: told when it is over.
    LINE = "line"
    #: Telegram refused a post for good.
    REFUSED = "refused"
    #: Telegram refused to edit a post or to take it back; it stays as it is.
    EDIT_REFUSED = "edit_refused"
    #: A withdrawn article's post was too old to be deleted and became a note.
    NOTE_LEFT = "note_left"
    #: A post, or its edit, could not be made: the article or a template is at fault.
    UNMADE = "unmade"
    #: A post went out in a simpler form, as Telegram refused it as it was.
    SIMPLIFIED = "simplified"
    #: It is not known whether a post went out, and an editor must say.
    DOUBTFUL = "doubtful"
    #: A delivery to a private chat may have arrived once or not at all; it is not repeated.
    UNCONFIRMED = "unconfirmed"
    #: A post that could not be searched for was sent again, and may be there twice.
    REPEATED = "repeated"
    #: A file is not an article.
    REJECTED = "rejected"
    #: An article waits for an editor, as its file says that it is not published.
    HELD = "held"
    #: An article repeats an earlier one and was not posted.
    COPIES = "copies"
    #: A file has another file's address and another title, and was taken for the same article.
    SAME_ADDRESS = "same_address"
    #: An article that was posted was made a draft; the post stays.
    DRAFT = "draft"
    #: Many old articles arrived at once and wait.
    BULK = "bulk"
    #: The database was restored, and articles that it does not know may have been posted before.
    RESTORED = "restored"
    #: The limit of edits left a post behind its file.
    BEHIND = "behind"
    #: `verify` found articles that an earlier fault lost.
    MISSED = "missed"
    #: The folder can't be read.
    FOLDER = "folder"
    #: The folder is there and empty, although it held articles before.
    FOLDER_EMPTY = "folder_empty"
    #: Many files are missing at once; nothing was taken back.
    FILES_GONE = "files_gone"
    #: The database was lost, replaced or damaged, or its disk may be lost.
    DATABASE = "database"
    #: An operator's own template failed, and the shipped one was used.
    TEMPLATE = "template"
    #: Something stands still: a job fails each time, or a message can't be written.
    STANDING = "standing"
    #: Nothing moves; the bot ends so that it is started again.
    STUCK = "stuck"
    #: Anything else an editor should look at.
    OTHER = "other"


#: Kinds whose end is told too: something that lasts until somebody acts.
ENDING = frozenset(
    {
        Alert.RIGHTS,
        Alert.GONE,
        Alert.UNKNOWN,
        Alert.PAUSED,
        Alert.FOLDER,
        Alert.FOLDER_EMPTY,
        Alert.FILES_GONE,
        Alert.DATABASE,
        Alert.STANDING,
    }
)


class Decision(StrEnum):
    """What an editor decides by tapping a button.

    Buttons of messages already sent carry these values: never change one.
    """

    #: A doubtful post: post it again. Value: short id of the delivery.
    POST_AGAIN = "again"
    #: A doubtful post: it is in the channel. Value: short id of the delivery.
    IT_IS_THERE = "there"
    #: Waiting articles: post the newest, skip the others. Value: how many, and what else is needed.
    POST_NEWEST = "newest"
    #: Waiting articles: post all.
    POST_ALL = "all"
    #: Waiting articles: post none.
    SKIP_ALL = "skip"
    #: Waiting articles: ask about each.
    ONE_BY_ONE = "each"
    #: Articles that a restored database does not know: they were posted before.
    WERE_POSTED = "posted"
    #: One waiting article: post it. Value: short id of the article.
    POST_ONE = "post"
    #: One waiting article: don't post it. Value: short id of the article.
    SKIP_ONE = "drop"
    #: Posts that are behind their file: edit them now. Value: short id of the article.
    CATCH_UP = "catchup"
    #: An article's unconfirmed deliveries: send them again. Value: short id of the article.
    SEND_AGAIN = "resend"
    #: Articles that were missed: post them.
    POST_MISSED = "missed"
    #: A republished article that is not sent yet: don't send it. Value: short id of the article,
    #: ".", the edition.
    UNDO = "undo"
    #: An article named to /republish that needs a confirmation: post it. Value: see
    #: `publish.confirmation.token`.
    REPUBLISH = "republish"
    #: A held article: post it. Value: short id of the article.
    RELEASE = "release"
    #: A copy: post it after all. Value: short id of the article.
    POST_COPY = "copy"
    #: A post whose article was withdrawn or made a draft: delete it. Value: short id of the
    #: article.
    TAKE_BACK = "takeback"
    #: Leave everything as it is.
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Choice:
    """A button under a notice."""

    decision: Decision
    #: What the handler gets: ASCII letters, digits, `.`, `_` and `-`, at most 40 of them.
    value: str = ""
    #: Fills `{count}` in the label, where it has one.
    count: int | None = None

    def __post_init__(self) -> None:
        if not is_value(self.value):
            raise ValueError(f"{self.value!r} is not a value that a button can carry")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the editors should be told, once for each `key`."""

    #: The incident.
    key: str
    alert: Alert
    #: Row numbers of articles; shown by title and file.
    articles: tuple[int, ...] = ()
    #: Row numbers of chats; channels are shown by title and @name, readers' chats as such.
    chats: tuple[int, ...] = ()
    #: Paths of files, relative to the folder.
    files: tuple[str, ...] = ()
    #: What else it is about, in words: the folder, the database, a job.
    about: str = ""
    #: What happened, in words.
    reason: str = ""
    #: How many articles or files it is about, where only some are listed.
    count: int = 0
    choices: tuple[Choice, ...] = ()

    @property
    def weight(self) -> int:
        """How many articles or files it is about; 1 for anything else."""
        return self.count or max(len(self.articles), len(self.files), 1)

    def content(self) -> dict[str, Any]:
        """Return everything but key and kind as JSON-able data, without what is empty."""
        listed = {
            "articles": [*self.articles],
            "chats": [*self.chats],
            "files": [*self.files],
        }
        choices = [[one.decision.value, one.value, one.count] for one in self.choices]
        whole = listed | {
            "about": self.about,
            "reason": self.reason,
            "count": self.count,
            "choices": choices,
        }
        return {name: value for name, value in whole.items() if value}


def from_content(key: str, alert: str, content: dict[str, Any]) -> Notice:
    """Return the notice that `Notice.content` was made of.

    None for a kind that this version does not know; unknown choices are left out.
    """
    kinds, decisions = {one.value for one in Alert}, {one.value for one in Decision}
    return Notice(
        key=key,
        alert=Alert(alert) if alert in kinds else Alert.OTHER,
        articles=tuple(content.get("articles", ())),
        chats=tuple(content.get("chats", ())),
        files=tuple(content.get("files", ())),
        about=content.get("about", ""),
        reason=content.get("reason", ""),
        count=content.get("count", 0),
        choices=tuple(
            Choice(Decision(decision), value, count)
            for decision, value, count in content.get("choices", ())
            if decision in decisions
        ),
    )


def is_value(value: str) -> bool:
    """Return True if a button can carry the value."""
    plain = value.replace(".", "").replace("_", "").replace("-", "")
    return (
        len(value) <= VALUE_BYTES
        and value.isascii()
        and (plain == "" or plain.isalnum())
    )
