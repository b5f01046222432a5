// What the page says about itself and for the bot: toasts, the alert of a callback answer, the banner when the
// sandbox is gone. No message of a chat appears here.

import { calm, h } from "./nodes.js";

const TOAST_MS = 3500;
const LOST_MS = 1200;
let lost = null;

/** A short note that goes by itself. */
export function toast(text) {
  const note = h("div", { class: "toast", dir: "auto" }, text);
  const shelf = document.querySelector("#toasts");
  shelf.append(note);
  while (shelf.children.length > 3) shelf.firstElementChild.remove();
  setTimeout(() => {
    note.classList.add("leaving");
    setTimeout(() => note.remove(), calm() ? 0 : 250);
  }, TOAST_MS);
}

/** A note that must be answered, as Telegram shows show_alert. */
export function alertBox(title, text) {
  const box = document.querySelector("#alert");
  box.querySelector("h2").textContent = title;
  box.querySelector("p").textContent = text;
  if (box.open) box.close();
  box.showModal();
}

/** Shows the banner when the sandbox has been silent for a moment; a blink isn't worth one. */
export function connectionLost() {
  document.documentElement.dataset.link = "lost";
  lost ??= setTimeout(() => { document.querySelector("#banner").hidden = false; }, LOST_MS);
}

export function connectionBack() {
  clearTimeout(lost);
  lost = null;
  document.documentElement.dataset.link = "up";
  document.querySelector("#banner").hidden = true;
}
