// Where a person writes to the bot: the field, the menu of commands above it, and Start while the chat is empty.

import { h } from "./nodes.js";

const TALLEST = 140;
const TYPED = /^\/[a-z0-9_]*$/i;

export class Composer {
  #form;
  #field;
  #list;
  #menuButton;
  #send;
  #commands = [];
  #matches = [];
  #at = 0;

  /** `root` is the form.composer of index.html; `send(text)` returns a promise, rejected when it wasn't taken. */
  constructor(root, send) {
    this.#form = root;
    this.#field = root.querySelector("textarea");
    this.#list = root.querySelector("[role=listbox]");
    this.#menuButton = root.querySelector(".menu-button");
    this.#send = send;
    this.#field.addEventListener("input", () => this.#typed());
    this.#field.addEventListener("keydown", (event) => this.#pressed(event));
    this.#field.addEventListener("blur", () => this.#close());
    this.#menuButton.addEventListener("click", () => this.#toggle());
    // Keeps the focus in the field, so that tapping a command doesn't close the menu first.
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#menuButton.addEventListener("pointerdown", (event) => event.preventDefault());
    root.addEventListener("submit", (event) => { event.preventDefault(); this.#submit(this.#field.value); });
  }

  /** The commands of the chat's menu: [{command, description}]. */
  set commands(list) {
    this.#commands = list;
    this.#menuButton.hidden = list.length === 0;
  }

  /** Empties the field, as when another person takes the seat. */
  clear() {
    this.#write("");
    this.#close();
  }

  focus() {
    this.#field.focus();
  }

  async #submit(text) {
    if (!text.trim()) return;
    this.clear();
    try {
      await this.#send(text.trim());
    } catch {
      if (!this.#field.value) this.#write(text);
    }
  }

  #write(text) {
    this.#field.value = text;
    this.#grow();
  }

  #grow() {
    this.#field.style.setProperty("height", "auto");
    const height = Math.min(this.#field.scrollHeight, TALLEST);  // 0 while the field isn't shown
    if (height) this.#field.style.setProperty("height", `${height}px`);
    else this.#field.style.removeProperty("height");
    this.#form.classList.toggle("written", this.#field.value.trim() !== "");
  }

  #typed() {
    this.#grow();
    const text = this.#field.value;
    this.#open(TYPED.test(text) ? this.#commands.filter(({ command }) => command.startsWith(text.slice(1).toLowerCase())) : []);
  }

  #toggle() {
    this.#field.focus();
    if (this.#matches.length) this.#close();
    else this.#open(this.#commands);
  }

  #open(matches) {
    this.#matches = matches;
    this.#at = 0;
    this.#list.replaceChildren(...matches.map((match, i) => this.#option(match, i)));
    this.#list.hidden = matches.length === 0;
    this.#field.setAttribute("aria-expanded", String(matches.length > 0));
    this.#mark();
  }

  #close() {
    this.#open([]);
  }

  #option({ command, description }, i) {
    const pick = () => this.#submit(`/${command}`);
    const attributes = { id: `command-${i}`, role: "option", on: { click: pick } };
    return h("li", attributes, h("b", {}, `/${command}`), h("span", { dir: "auto" }, description));
  }

  #mark() {
    [...this.#list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === this.#at)));
    const chosen = this.#list.children[this.#at];
    if (chosen) this.#field.setAttribute("aria-activedescendant", chosen.id);
    else this.#field.removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  }

  #pressed(event) {
    if (event.isComposing) return;
    const open = this.#matches.length > 0;
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      this.#at = (this.#at + (event.key === "ArrowDown" ? 1 : -1) + this.#matches.length) % this.#matches.length;
      this.#mark();
    } else if (open && event.key === "Tab" && !event.shiftKey) {
      this.#write(`/${this.#matches[this.#at].command} `);
      this.#close();
    } else if (open && event.key === "Escape") {
      this.#close();
    } else if (event.key === "Enter" && !event.shiftKey) {
      this.#submit(open ? `/${this.#matches[this.#at].command}` : this.#field.value);
    } else {
      return;
    }
    event.preventDefault();
  }
}
