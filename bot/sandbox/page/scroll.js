// Keeps a list of messages at its end while the reader is there, and counts what arrived while they were not.

import { calm } from "./nodes.js";

const NEAR = 90;

/** Watches `scroller`; `button` leads to the end and wears the count. `onUnread(count)` hears every change. */
export class Follower {
  #scroller;
  #button;
  #onUnread;
  #unread = 0;
  #stuck = true;
  #top = 0;

  constructor(scroller, content, button, onUnread) {
    this.#scroller = scroller;
    this.#button = button;
    this.#onUnread = onUnread;
    scroller.addEventListener("scroll", () => this.#moved(), { passive: true });
    button.addEventListener("click", () => this.toEnd());
    const sizes = new ResizeObserver(() => { if (this.#stuck) this.#jump(); });
    sizes.observe(scroller);
    sizes.observe(content);
  }

  /** A message was added at the end; `mine` brings it into sight whatever the reader was looking at. */
  added(mine) {
    if (this.#hidden || (!this.#stuck && !mine)) this.#count(this.#unread + 1);
    else this.toEnd();
  }

  toEnd() {
    this.#stuck = true;
    if (calm() || this.#hidden || document.hidden) this.#jump();
    else this.#scroller.scrollTo({ top: this.#scroller.scrollHeight, behavior: "smooth" });
  }

  /** Forgets all and stands at the end, as when a chat is opened. */
  restart() {
    this.#stuck = true;
    this.#count(0);
    this.#jump();
  }

  /** The reader is taken somewhere else on purpose: stop following the end. */
  letGo() {
    this.#stuck = false;
  }

  get #hidden() {
    return this.#scroller.offsetParent === null;
  }

  #jump() {
    if (this.#hidden) return;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#count(0);
    this.#button.hidden = true;
  }

  #moved() {
    if (this.#hidden) return;
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    const near = scrollHeight - scrollTop - clientHeight < NEAR;
    // On its way down to the end a smooth scroll isn't near it yet; only going up means the reader has left.
    if (near) this.#stuck = true;
    else if (scrollTop < this.#top) this.#stuck = false;
    this.#top = scrollTop;
    this.#button.hidden = this.#stuck;
    if (near) this.#count(0);
  }

  #count(unread) {
    this.#unread = unread;
    this.#button.querySelector(".count").textContent = unread || "";
    this.#button.setAttribute("aria-label", unread ? `To the newest message, ${unread} unread` : "To the newest message");
    if (unread) this.#button.hidden = false;
    this.#onUnread(unread);
  }
}
