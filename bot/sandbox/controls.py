"""HTTP control API of the sandbox, /sim/: JSON for the page and for tests in another process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.sandbox import faults, people, snapshot, view
from bot.sandbox.population import POSTING
from bot.sandbox.refusals import SandboxError
from bot.sandbox.taps import Tap

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.requests import Request

    from bot.sandbox.faults import Faults
    from bot.sandbox.journal import Call, Journal
    from bot.sandbox.records import Json, Person
    from bot.sandbox.world import World

    Action = Callable[["Parts", Json], Json]
    Answer = Callable[[Request], Awaitable[Response]]

#: Messages of a chat in /sim/state, unless ?limit= says otherwise.
_SHOWN: Final = 300


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a sandbox that are read and changed here."""

    world: World
    faults: Faults
    calls: Journal
    #: Lets this number of seconds pass.
    advance: Callable[[float], None]


def routes(sandbox: Parts) -> list[BaseRoute]:
    """Return the routes of /sim/ for one sandbox."""
    actions = {name: _posting(sandbox, action) for name, action in _ACTIONS.items()}
    return [
        *(
            Route(f"/sim/{name}", answer, methods=["POST"])
            for name, answer in actions.items()
        ),
        Route("/sim/state", _state(sandbox)),
        Route("/sim/events", _events(sandbox)),
        Route("/sim/calls", _calls(sandbox)),
        Route("/sim/faults", _clearing(sandbox), methods=["DELETE"]),
    ]


def _posting(sandbox: Parts, action: Action) -> Answer:
    async def answer(request: Request) -> Response:
        if _foreign(request):
            return JSONResponse(
                {"error": "Another site may not steer the sandbox."}, 403
            )
        try:
            body = await request.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            return JSONResponse({"error": "A JSON object is needed."}, 400)
        try:
            return JSONResponse(action(sandbox, body))
        except SandboxError as error:
            return JSONResponse({"error": str(error)}, 409)
        except (KeyError, TypeError, ValueError) as error:
            return JSONResponse({"error": f"Missing or wrong: {error}"}, 400)

    return answer


def _foreign(request: Request) -> bool:
    """Return True if the request comes from a page of another origin."""
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def _state(sandbox: Parts) -> Answer:
    async def answer(request: Request) -> Response:
        given = request.query_params.get("limit", "")
        limit = int(given) if given.isdecimal() else _SHOWN
        return JSONResponse(snapshot.state(sandbox.world, limit))

    return answer


def _calls(sandbox: Parts) -> Answer:
    async def answer(request: Request) -> Response:
        method = request.query_params.get("method")
        calls = sandbox.calls.of(method) if method else list(sandbox.calls)
        return JSONResponse([_call(call) for call in calls])

    return answer


def _call(call: Call) -> Json:
    kept = ("method", "params", "at", "fault", "answer")
    return {name: getattr(call, name) for name in kept}


def _clearing(sandbox: Parts) -> Answer:
    async def answer(request: Request) -> Response:
        if _foreign(request):
            return JSONResponse(
                {"error": "Another site may not steer the sandbox."}, 403
            )
        sandbox.faults.clear()
        return JSONResponse({})

    return answer


def _events(sandbox: Parts) -> Answer:
    async def stream() -> AsyncIterator[str]:
        yield "retry: 1000\n\n"
        async for event in sandbox.world.events.listen():
            if event is None:
                yield ": still here\n\n"
            else:
                name, data = event
                yield f"event: {name}\ndata: {json.dumps(data)}\n\n"

    async def answer(_request: Request) -> Response:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(
            stream(), media_type="text/event-stream", headers=headers
        )

    return answer


def _who(sandbox: Parts, body: Json) -> Person:
    return sandbox.world.person(int(body["as"]))


def _send(sandbox: Parts, body: Json) -> Json:
    person = _who(sandbox, body)
    where = int(body.get("chat") or person.id)
    chat = None if where == person.id else sandbox.world.chat(where)
    text, thread = str(body["text"]), body.get("thread")
    return view.message(people.say(sandbox.world, person, text, chat, thread=thread))


def _tap(sandbox: Parts, body: Json) -> Json:
    message = sandbox.world.chat(int(body["chat"])).messages.get(int(body["message"]))
    if message is None:
        raise SandboxError("There is no such message.")
    place = (int(body["row"]), int(body["column"]))
    effect = people.tap(sandbox.world, _who(sandbox, body), message, place)
    if isinstance(effect, Tap):
        return {"callback": effect.id}
    if isinstance(effect, str):
        return {"url": effect}
    return {"message": view.message(effect)}


def _start(sandbox: Parts, body: Json) -> Json:
    payload = str(body.get("payload") or "")
    return view.message(people.start(sandbox.world, _who(sandbox, body), payload))


def _block(sandbox: Parts, body: Json) -> Json:
    people.block(sandbox.world, _who(sandbox, body))
    return {}


def _unblock(sandbox: Parts, body: Json) -> Json:
    people.unblock(sandbox.world, _who(sandbox, body))
    return {}


def _person(sandbox: Parts, body: Json) -> Json:
    language = body.get("language", "en")
    add_person = sandbox.world.add_person
    person = add_person(body["name"], body.get("username"), body.get("id"), language)
    person.is_bot = bool(body.get("is_bot"))
    return view.person(person)


def _channel(sandbox: Parts, body: Json) -> Json:
    rights = body.get("bot_rights", POSTING)
    protected = bool(body.get("protected"))
    add_channel = sandbox.world.add_channel
    return view.chat(
        add_channel(body["title"], body.get("username"), rights, protected=protected)
    )


def _group(sandbox: Parts, body: Json) -> Json:
    world = sandbox.world
    members = [world.person(int(who)) for who in body.get("members", [])]
    admins = [world.person(int(who)) for who in body.get("admins", [])]
    forum, supergroup = bool(body.get("forum")), bool(body.get("supergroup", True))
    group = world.add_group(
        body["title"], members, admins, supergroup=supergroup, forum=forum
    )
    group.hidden_members = bool(body.get("hidden_members"))
    return view.chat(group)


def _member(sandbox: Parts, body: Json) -> Json:
    """{"chat", "person", "status", "rights"?}: somebody's place in a chat."""
    chat, person = (
        sandbox.world.chat(int(body["chat"])),
        sandbox.world.person(int(body["person"])),
    )
    sandbox.world.set_member(chat, person, body["status"], body.get("rights", ()))
    return view.chat(chat)


def _topic(sandbox: Parts, body: Json) -> Json:
    """{"chat", "name"}: a new topic; {"chat", "thread", "closed"}: close one, or open it again."""
    forum = sandbox.world.chat(int(body["chat"]))
    if "thread" not in body:
        return {"id": sandbox.world.add_topic(forum, str(body["name"])).id}
    topic = forum.topics[int(body["thread"])]
    sandbox.world.close_topic(forum, topic, closed=bool(body.get("closed", True)))
    return {"id": topic.id}


def _rights(sandbox: Parts, body: Json) -> Json:
    """{"chat", "rights": […] | null (a plain member), "status": "kicked"?}."""
    chat = sandbox.world.chat(int(body["chat"]))
    if body.get("status") == "kicked":
        people.remove_bot(sandbox.world, chat, None)
    else:
        people.add_bot(sandbox.world, chat, body.get("rights"), None)
    return view.chat(chat)


def _fault(sandbox: Parts, body: Json) -> Json:
    sandbox.faults.add(
        str(body.get("method", faults.ANY)),
        faults.described(body),
        body.get("times", 1),
        body.get("chat"),
        float(body.get("probability", 1.0)),
    )
    return {}


def _clock(sandbox: Parts, body: Json) -> Json:
    sandbox.advance(float(body["advance"]))
    return {"now": sandbox.world.now}


_ACTIONS: Final[dict[str, Action]] = {
    "send": _send,
    "tap": _tap,
    "start": _start,
    "block": _block,
    "unblock": _unblock,
    "people": _person,
    "channels": _channel,
    "groups": _group,
    "members": _member,
    "topics": _topic,
    "rights": _rights,
    "fault": _fault,
    "clock": _clock,
}
