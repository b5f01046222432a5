"""Trouble on demand: what goes wrong, with which method and chat, how often. Suffers nothing; that is `api`."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bot.sandbox.refusals import SandboxError, too_many

if TYPE_CHECKING:
    from bot.sandbox.records import Json

ANY: Final = "*"


class Kind(StrEnum):
    """What can go wrong."""

    #: An error answer; nothing was done.
    REFUSE = "refuse"
    #: The connection ends without an answer; nothing was done.
    CUT_BEFORE = "cut_before"
    #: The connection ends without an answer, but it was done.
    CUT_AFTER = "cut_after"
    #: The connection ends at once; it is done some seconds later.
    LATE = "late"
    #: It is done, and answered, some seconds later.
    SLOW = "slow"
    #: It is done at once, but answered some seconds later.
    SLOW_ANSWER = "slow_answer"
    #: It was done, and the answer has status 200 but isn't JSON.
    GARBAGE = "garbage"
    #: An error page in HTML, from a proxy before the server; nothing was done.
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble; `seconds` for the slow ones, the rest for error answers."""

    kind: Kind
    code: int = 500
    description: str = ""
    retry_after: int | None = None
    seconds: float = 0.0

    def answer(self) -> Json:
        """The error answer of a refusal."""
        told: Json = {"ok": False, "error_code": self.code, "description": self.description}
        return told | ({"parameters": {"retry_after": self.retry_after}} if self.retry_after is not None else {})


def retry_after(seconds: int) -> Fault:
    """429: wait so many seconds."""
    return Fault(Kind.REFUSE, 429, too_many(seconds).description, retry_after=seconds)


def refused(code: int, description: str) -> Fault:
    """Any error answer; the description goes out as it is ("Forbidden: bot was blocked by the user")."""
    return Fault(Kind.REFUSE, code, description)


def broken(code: int = 500, description: str = "Internal Server Error: restart") -> Fault:
    """A 5xx in JSON."""
    return Fault(Kind.REFUSE, code, description)


def cut_before() -> Fault:
    """The connection drops before anything was done."""
    return Fault(Kind.CUT_BEFORE)


def cut_after() -> Fault:
    """The connection drops after it was done."""
    return Fault(Kind.CUT_AFTER)


def late(seconds: float) -> Fault:
    """The connection drops now; it is done after `seconds`."""
    return Fault(Kind.LATE, seconds=seconds)


def slow(seconds: float) -> Fault:
    """Done and answered after `seconds`."""
    return Fault(Kind.SLOW, seconds=seconds)


def slow_answer(seconds: float) -> Fault:
    """Done now, answered after `seconds`."""
    return Fault(Kind.SLOW_ANSWER, seconds=seconds)


def garbage() -> Fault:
    """Done; status 200, but no JSON."""
    return Fault(Kind.GARBAGE, 200)


def page(code: int = 502) -> Fault:
    """An HTML error page."""
    return Fault(Kind.PAGE, code)


@dataclass(slots=True)
class Rule:
    """A fault and when it strikes. `left` None: until cleared."""

    method: str
    fault: Fault
    left: int | None = 1
    chat: int | None = None
    probability: float = 1.0
    hits: int = 0

    def strikes(self, method: str, chat: int | None, dice: random.Random) -> bool:
        """This rule decides the fate of the call."""
        if self.left == 0 or self.method not in (ANY, method) or self.chat not in (None, chat):
            return False
        return self.probability >= 1.0 or dice.random() < self.probability


class Faults:
    """The rules in force, oldest first; the dice are seeded, so that a run can be repeated."""

    def __init__(self, seed: int = 0) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - chance that can be repeated is the point
        self.rules: list[Rule] = []

    def add(
        self, method: str, fault: Fault, times: int | None = 1, chat: int | None = None, probability: float = 1.0
    ) -> Rule:
        """Strike the next `times` calls of `method` ("*": any but getUpdates) to which chat and dice agree."""
        rule = Rule(method.lower(), fault, times, chat, probability)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """No more trouble."""
        self.rules.clear()

    def take(self, method: str, chat: int | None) -> Fault | None:
        """The fault this call meets, if any; counts it."""
        for rule in self.rules:
            if method == "getupdates" and rule.method == ANY:
                continue
            if rule.strikes(method, chat, self._dice):
                rule.hits += 1
                if rule.left is not None:
                    rule.left -= 1
                    if not rule.left:
                        self.rules.remove(rule)
                return rule.fault
        return None


def described(told: Json) -> Fault:
    """The fault that {"kind", "code", "description", "retry_after", "seconds"} describes. Raises SandboxError."""
    kind = told.get("kind", "refuse")
    if kind == "retry_after" or (kind == "refuse" and "retry_after" in told):
        return retry_after(int(told.get("retry_after", 1)))
    if kind not in list(Kind):
        raise SandboxError(f"There is no fault {kind!r}; there are retry_after, {', '.join(Kind)}.")
    code = int(told.get("code", 502 if kind == Kind.PAGE else 500))
    return Fault(
        Kind(kind),
        code,
        str(told.get("description", "Internal Server Error: restart")),
        None,
        float(told.get("seconds", 0)),
    )
