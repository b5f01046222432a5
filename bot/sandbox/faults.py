"""Faults on demand: which, in which method and chat, how often. They are applied in `api`."""

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
    """The kinds of faults."""

    #: An error answer; nothing was done.
    REFUSE = "refuse"
    #: The connection ends without an answer; nothing was done.
    CUT_BEFORE = "cut_before"
    #: The connection ends without an answer; the call was carried out.
    CUT_AFTER = "cut_after"
    #: The connection ends at once; the call is carried out some seconds later.
    LATE = "late"
    #: The call is carried out and answered some seconds later.
    SLOW = "slow"
    #: The call is carried out at once and answered some seconds later.
    SLOW_ANSWER = "slow_answer"
    #: The call was carried out; the answer has status 200 and is not JSON.
    GARBAGE = "garbage"
    #: An error page in HTML, from a proxy before the server; nothing was done.
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `seconds` is for the slow ones, the other fields are for error answers."""

    kind: Kind
    code: int = 500
    description: str = ""
    retry_after: int | None = None
    seconds: float = 0.0

    def answer(self) -> Json:
        """Return the error answer of a refusal."""
        answer: Json = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.retry_after is not None:
            answer["parameters"] = {"retry_after": self.retry_after}
        return answer


def retry_after(seconds: int) -> Fault:
    """429: wait this number of seconds."""
    return Fault(Kind.REFUSE, 429, too_many(seconds).description, retry_after=seconds)


def refused(code: int, description: str) -> Fault:
    """Any error answer; the description is sent unchanged ("Forbidden: …")."""
    return Fault(Kind.REFUSE, code, description)


def broken(
    code: int = 500, description: str = "Internal Server Error: restart"
) -> Fault:
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
    """A fault and the calls it applies to. `left` None: until cleared."""

    method: str
    fault: Fault
    left: int | None = 1
    chat: int | None = None
    probability: float = 1.0
    hits: int = 0

    def applies(self, method: str, chat: int | None, dice: random.Random) -> bool:
        """Return True if the call meets this fault."""
        if (
            self.left == 0
            or self.method not in (ANY, method)
            or self.chat not in (None, chat)
        ):
            return False
        return self.probability >= 1.0 or dice.random() < self.probability


class Faults:
    """The rules in force, oldest first. Chance is seeded, so that a run can be repeated."""

    def __init__(self, seed: int = 0) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - chance that can be repeated is the point
        self.rules: list[Rule] = []

    def add(
        self,
        method: str,
        fault: Fault,
        times: int | None = 1,
        chat: int | None = None,
        probability: float = 1.0,
    ) -> Rule:
        """Let the next `times` calls of `method` ("*": any but getUpdates) meet a fault."""
        rule = Rule(method.lower(), fault, times, chat, probability)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """Drop all rules."""
        self.rules.clear()

    def take(self, method: str, chat: int | None) -> Fault | None:
        """Return the fault this call meets, None for none, and count it."""
        for rule in self.rules:
            if method == "getupdates" and rule.method == ANY:
                continue
            if rule.applies(method, chat, self._dice):
                rule.hits += 1
                if rule.left is not None:
                    rule.left -= 1
                    if not rule.left:
                        self.rules.remove(rule)
                return rule.fault
        return None


def described(body: Json) -> Fault:
    """Return the fault that a request describes. Raises SandboxError.

    Its fields are "kind", "code", "description", "retry_after" and "seconds".
    """
    kind = body.get("kind", "refuse")
    if kind == "retry_after" or (kind == "refuse" and "retry_after" in body):
        return retry_after(int(body.get("retry_after", 1)))
    if kind not in list(Kind):
        raise SandboxError(
            f"There is no fault {kind!r}; there are retry_after, {', '.join(Kind)}."
        )
    code = int(body.get("code", 502 if kind == Kind.PAGE else 500))
    return Fault(
        Kind(kind),
        code,
        str(body.get("description", "Internal Server Error: restart")),
        None,
        float(body.get("seconds", 0)),
    )
