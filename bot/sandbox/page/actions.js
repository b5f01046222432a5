// What a tap on a message does: opens, starts, sends, taps back. One set for each message, made for its pane.

import { destination } from "./links.js";
import { h, tappable } from "./nodes.js";
import { toast } from "./notices.js";
import { showVersions } from "./versions.js";
import { post } from "./wire.js";

const BUSY_MS = 6000;

/** Sends as the person in the seat; says why when it wasn't taken, and passes the refusal on. */
export async function attempt(request) {
  try {
    return await request;
  } catch (error) {
    toast(error.message);
    throw error;
  }
}

const ignored = () => {};

/** `page` has world, seat (a person), showChat(id, message?) → bool, showPrivate(). */
export class Actions {
  #page;

  constructor(page) {
    this.#page = page;
  }

  /** What Pane asks for: pane → message → the things that can be done with that message. */
  for(pane) {
    return (message) => ({
      open: (address) => this.open(address),
      reveal: (id) => pane.reveal(id),
      versions: () => showVersions(message),
      link: (address, children) => this.#link(address, children),
      tag: (tag) => this.#tag(tag, pane, message),
      command: pane.chat.type === "channel" ? null : (command) => this.#command(command, pane),
      tap: (row, column, face) => this.#tap(message, row, column, face),
      copy: (text) => navigator.clipboard.writeText(text).then(() => toast("Copied"), () => toast("Couldn’t copy")),
    });
  }

  start(payload) {
    this.#page.showPrivate();
    return attempt(post("/sim/start", { as: this.#page.seat.id, payload })).catch(ignored);
  }

  send(chat, text) {
    return attempt(post("/sim/send", { as: this.#page.seat.id, chat, text }));
  }

  #command(command, pane) {
    this.send(pane.chat.id, command).catch(ignored);
  }

  async #tap(message, row, column, face) {
    face.classList.add("busy");
    setTimeout(() => face.classList.remove("busy"), BUSY_MS);
    const tapped = { as: this.#page.seat.id, chat: message.chat, message: message.id, row, column };
    await attempt(post("/sim/tap", tapped)).catch(() => face.classList.remove("busy"));
  }

  /** An anchor for what leaves the page, a tappable for what stays on it, null for what leads nowhere. */
  #link(address, children) {
    const place = destination(address, this.#page.world);
    if (place.kind === "none") return null;
    if (place.kind === "web") {
      return h("a", { href: place.url, target: "_blank", rel: "noopener noreferrer" }, children);
    }
    return tappable(children, () => this.#go(place));
  }

  /** Follows an address: a deep link starts the bot, a post is shown, anything else leaves in a new tab. */
  open(address) {
    this.#go(destination(address, this.#page.world));
  }

  #go(place) {
    if (place.kind === "web") window.open(place.url, "_blank", "noopener,noreferrer");
    else if (place.kind === "start") this.start(place.payload);
    else if (place.kind === "bot") this.#page.showPrivate();
    else if (place.kind === "chat") this.#page.showChat(place.chat);
    else if (place.kind === "post") {
      if (!this.#page.showChat(place.chat, place.message)) toast("That post isn’t here any more.");
    } else toast("This link leads nowhere.");
  }

  /** Walks back through the chat's messages that carry a tag, from the one it was tapped in. */
  #tag(tag, pane, from) {
    const carries = (message) => (message.text ?? "").toLowerCase().split(/[^\p{L}\p{N}_#$]+/u).includes(tag.toLowerCase());
    const all = this.#page.world.in(pane.chat.id).filter(carries);
    const next = all.filter((message) => message.id < from.id).at(-1) ?? all.at(-1);
    if (next) pane.reveal(next.id);
    toast(`${tag} in ${all.length} message${all.length === 1 ? "" : "s"} here`);
  }
}
