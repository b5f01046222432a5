// The page's only connection to the sandbox: reads its state, follows its events, posts what people do.

const EVENTS = ["message", "edited", "deleted", "callback_answer", "chat", "commands", "folder"];
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 4000;

/** What the sandbox answered instead of a success; the message is written for a person. */
export class Refused extends Error {}

async function answered(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw new Refused("The demo isn’t answering. Is it still running?");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(body.error ?? body.detail ?? `The demo answered ${response.status}.`);
  return body;
}

/** GET, as JSON. Throws Refused. */
export function read(path) {
  return answered(fetch(path, { cache: "no-store" }));
}

/** POST a JSON body. Throws Refused. */
export function post(path, body) {
  return answered(
    fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
  );
}

/**
 * Follows the event stream for ever. On every (re)connection the whole state is read first, and what happened
 * meanwhile is replayed on top, so that nothing is missed. Calls: onState(state), onEvent(name, data), onLost().
 */
export function follow({ onState, onEvent, onLost }) {
  let pause = FIRST_PAUSE;
  const connect = () => {
    const stream = new EventSource("/sim/events");
    let early = [];
    const retry = () => {
      stream.close();
      onLost();
      setTimeout(connect, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    };
    for (const name of EVENTS) {
      stream.addEventListener(name, (event) => {
        const data = JSON.parse(event.data);
        if (early) early.push([name, data]);
        else onEvent(name, data);
      });
    }
    stream.addEventListener("error", retry);
    stream.addEventListener("open", async () => {
      try {
        const state = await read("/sim/state");
        // Without people the sandbox is not set up yet: ask again in a moment.
        if (!state.people.length) throw new Refused("Nobody is here yet.");
        onState(state);
      } catch {
        retry();
        return;
      }
      pause = FIRST_PAUSE;
      for (const [name, data] of early) onEvent(name, data);
      early = null;
    });
  };
  connect();
}
