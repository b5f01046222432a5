// One chat on the screen: its messages, day by day, kept in step with the world. What a tap does is `actions`' business.

import { bubble, when } from "./bubble.js";
import { avatar, calm, h } from "./nodes.js";
import { Follower } from "./scroll.js";

const SHOWN = 150;
const RUN_SECONDS = 300;
const LEAVING_MS = 280;
const TAPPABLE = "button, a, [role=button]";
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const DAY_AND_YEAR = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });

function dayOf(message) {
  return when(message.date).toDateString();
}

function dayName(date) {
  const today = new Date();
  const yesterday = new Date(today);
  yesterday.setDate(today.getDate() - 1);
  if (date.toDateString() === today.toDateString()) return "Today";
  if (date.toDateString() === yesterday.toDateString()) return "Yesterday";
  return (date.getFullYear() === today.getFullYear() ? DAY : DAY_AND_YEAR).format(date);
}

function inOneRun(a, b) {
  if (!a || !b || a.service || b.service || dayOf(a) !== dayOf(b)) return false;
  return a.from?.id === b.from?.id && Math.abs(b.date - a.date) < RUN_SECONDS;
}

function subtitle(chat, bot) {
  if (chat.type === "private") return "bot";
  const people = chat.members.filter((id) => id !== bot.id).length;
  if (chat.type === "channel") return people ? `${people} subscriber${people === 1 ? "" : "s"}` : "channel";
  return `${chat.members.length} member${chat.members.length === 1 ? "" : "s"}`;
}

export class Pane {
  #world;
  #root;
  #list;
  #actions;
  #follower;
  #limit = SHOWN;
  chat = null;
  viewer = null;

  /** `root` is a section.pane of index.html; `actions(pane)` gives what taps do; `onUnread(count)` hears the badge. */
  constructor(root, world, actions, onUnread) {
    this.#root = root;
    this.#world = world;
    this.#list = root.querySelector(".messages");
    this.#actions = actions(this);
    const scroller = root.querySelector(".scroller");
    this.#follower = new Follower(scroller, this.#list, root.querySelector(".to-end"), onUnread);
    for (const name of ["message", "edited", "deleted"]) {
      world.addEventListener(name, ({ detail }) => { if (detail.chat === this.chat?.id) this[name](detail); });
    }
    world.addEventListener("chat", ({ detail }) => {
      if (detail.id !== this.chat?.id) return;
      this.chat = detail;
      this.#head();
    });
  }

  /** Shows `chat` as `viewer` (a person's id) sees it, from its newest message. */
  show(chat, viewer) {
    this.chat = chat;
    this.viewer = viewer;
    this.#limit = SHOWN;
    this.#head();
    this.#redraw();
    this.#follower.restart();
  }

  /** Shows no chat, as before there is one. */
  close() {
    this.chat = null;
    this.#list.replaceChildren();
    this.#root.classList.add("empty");
  }

  message(message) {
    const before = this.#last();
    this.#empty();
    const item = this.#item(message, before, null);
    item.classList.add("arriving");
    const isNewDay = !before || dayOf(before) !== dayOf(message) || !this.#list.lastElementChild;
    const day = isNewDay ? this.#day(message) : this.#list.lastElementChild;
    day.append(item);
    this.#list.append(day);
    this.#settle(before?.id);
    this.#follower.added(message.from?.id === this.viewer);
  }

  edited(message) {
    const old = this.#find(message.id);
    if (!old) return;
    const focused = [...old.querySelectorAll(TAPPABLE)].indexOf(document.activeElement);
    const all = this.#world.in(this.chat.id);
    const at = all.findIndex((other) => other.id === message.id);
    const item = this.#item(message, all[at - 1], all[at + 1]);
    item.classList.add("changed");
    old.replaceWith(item);
    if (focused >= 0) item.querySelectorAll(TAPPABLE)[focused]?.focus();
  }

  deleted({ id }) {
    const item = this.#find(id);
    if (!item) return;
    const neighbours = [item.previousElementSibling, item.nextElementSibling].map((near) => Number(near?.dataset.id));
    item.style.setProperty("--height", `${item.offsetHeight}px`);
    item.classList.add("leaving");
    item.removeAttribute("data-id");
    setTimeout(() => {
      const day = item.parentElement;
      item.remove();
      if (day && !day.querySelector("[data-id]")) day.remove();
      neighbours.forEach((near) => this.#settle(near));
      this.#empty();
    }, calm() ? 0 : LEAVING_MS);
  }

  /** Scrolls to a message and lights it up; false when it isn't there. */
  reveal(id) {
    if (!this.#world.message(this.chat.id, id)) return false;
    if (!this.#find(id)) {
      this.#limit = Infinity;
      this.#redraw();
    }
    const item = this.#find(id);
    this.#follower.letGo();
    item.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
    item.classList.remove("flash");
    requestAnimationFrame(() => item.classList.add("flash"));
    item.setAttribute("tabindex", "-1");
    item.focus({ preventScroll: true });
    return true;
  }

  #head() {
    const kind = this.chat.type === "private" ? "bot" : this.chat.type === "channel" ? "channel" : "group";
    const name = kind === "bot" ? this.#world.bot.name : this.chat.title;
    this.#root.querySelector(".pane-avatar").replaceChildren(avatar({ id: this.chat.id, name, kind }));
    this.#root.querySelector(".pane-title").textContent = name;
    this.#root.querySelector(".pane-subtitle").textContent = subtitle(this.chat, this.#world.bot);
    this.#list.setAttribute("aria-label", `Messages in ${name}`);
  }

  #redraw() {
    const all = this.#world.in(this.chat.id);
    const shown = all.slice(-this.#limit);
    const nodes = shown.length < all.length ? [this.#earlier()] : [];
    shown.forEach((message, i) => {
      if (!i || dayOf(shown[i - 1]) !== dayOf(message)) nodes.push(this.#day(message));
      nodes.at(-1).append(this.#item(message, shown[i - 1], shown[i + 1]));
    });
    this.#list.replaceChildren(...nodes);
    this.#empty();
  }

  #earlier() {
    const more = () => {
      this.#limit += SHOWN;
      const top = this.#list.querySelector("[data-id]");
      this.#follower.letGo();
      this.#redraw();
      this.#find(Number(top.dataset.id))?.scrollIntoView({ block: "start" });
    };
    return h("button", { class: "earlier", type: "button", on: { click: more } }, "Show earlier messages");
  }

  /** A day's section: its name stays in sight while the day's messages scroll by below it. */
  #day(message) {
    const at = when(message.date);
    const name = h("div", { class: "day" }, h("time", { datetime: at.toISOString().slice(0, 10) }, dayName(at)));
    return h("section", { class: "date" }, name);
  }

  #item(message, before, after) {
    const run = { joins: inOneRun(before, message), ends: !inOneRun(message, after) };
    const go = this.#actions(message);
    return bubble(message, { chat: this.chat, world: this.#world, viewer: this.viewer, go, ...run });
  }

  /** Mends how a message joins its neighbours, in place: a redraw would lose focus and opened quotes. */
  #settle(id) {
    const item = this.#find(id);
    if (!item) return;
    const all = this.#world.in(this.chat.id);
    const at = all.findIndex((message) => message.id === id);
    item.classList.toggle("joins", inOneRun(all[at - 1], all[at]));
    item.classList.toggle("ends", !inOneRun(all[at], all[at + 1]));
  }

  #last() {
    const all = this.#world.in(this.chat.id);
    return all.at(-2);
  }

  #find(id) {
    return this.#list.querySelector(`[data-id="${Number(id)}"]`);
  }

  #empty() {
    this.#root.classList.toggle("empty", this.#world.in(this.chat.id).length === 0);
  }
}
