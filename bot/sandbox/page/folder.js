// The folder's panel: what lies in it, what waits, and the three things one can do to it. It knows no chat.

import { h, icon } from "./nodes.js";
import { post, read } from "./wire.js";

const SETTLING_MS = 400;

function act(name, label, drawing, action) {
  return h("button", { class: "act", type: "button", title: label, "aria-label": `${label}: ${name}`, on: { click: action } }, icon(drawing));
}

export class FolderPanel {
  #root;
  #onDone;
  #onError;
  #known = { posted: [], waiting: [] };
  #timer = null;

  /** `onDone(verb)` and `onError(error)` hear how each click went. */
  constructor(root, onDone, onError) {
    this.#root = root;
    this.#onDone = onDone;
    this.#onError = onError;
    for (const button of document.querySelectorAll("[data-folder=drop]")) {
      button.addEventListener("click", () => this.#ask("drop", {}, button));
    }
    root.querySelector("[data-folder=edit]").addEventListener("click", (event) => this.#ask("edit", {}, event.currentTarget));
  }

  /** Reads the folder again; a sandbox without one (tests, other uses) hides the panel. */
  async refresh() {
    try {
      this.show(await read("/sim/folder"));
    } catch {
      this.#available(false);
    }
  }

  /** The same a moment later, once for many calls: somebody may have put a file there by hand. */
  refreshSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refresh(), SETTLING_MS);
  }

  /** Shows {posted: [{name, title, withdrawn}], waiting: [{name, title}]}. */
  show(listing) {
    this.#known = listing;
    this.#available(true);
    const { posted, waiting } = listing;
    this.#root.querySelector(".posted-count").textContent = posted.length;
    this.#root.querySelector(".waiting-count").textContent = waiting.length;
    for (const badge of document.querySelectorAll(".waiting-badge")) badge.textContent = waiting.length || "";
    for (const button of document.querySelectorAll("[data-folder=drop]")) button.disabled = waiting.length === 0;
    this.#root.querySelector("[data-folder=edit]").disabled = !posted.some((file) => !file.withdrawn);
    this.#root.querySelector(".next").textContent = waiting[0]?.title ?? "All samples are in the folder.";
    this.#list(".posted", [...posted].reverse().map((file) => this.#posted(file)));
    this.#list(".waiting", waiting.map((file) => this.#waiting(file)));
  }

  #available(is) {
    document.documentElement.toggleAttribute("data-no-folder", !is);
  }

  #list(selector, items) {
    const list = this.#root.querySelector(selector);
    list.replaceChildren(...items);
    list.closest("section").hidden = items.length === 0;
  }

  #posted(file) {
    const acts = [
      act(file.title, "Edit", "pencil", () => this.#ask("edit", { name: file.name })),
      act(file.title, "Withdraw", "bin", () => this.#ask("withdraw", { name: file.name })),
    ];
    return this.#file(file, file.withdrawn ? h("span", { class: "gone" }, "withdrawn") : acts);
  }

  #waiting(file) {
    return this.#file(file, act(file.title, "Drop", "drop", () => this.#ask("drop", { name: file.name })));
  }

  #file(file, acts) {
    const words = h("div", { class: "file-words" }, h("span", { class: "file-title", dir: "auto" }, file.title), h("code", {}, file.name));
    return h("li", { class: file.withdrawn ? "file withdrawn" : "file", "data-name": file.name }, icon("sheet"), words, h("div", { class: "acts" }, acts));
  }

  async #ask(verb, body, button) {
    if (button) button.disabled = true;
    try {
      this.show(await post(`/sim/folder/${verb}`, body));
      this.#onDone(verb);
    } catch (error) {
      this.#onError(error);
      this.show(this.#known);
    }
  }
}
