// What a message was before it was edited, which no Telegram client shows. Changes nothing.

import { formatted } from "./entities.js";
import { h } from "./nodes.js";

const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const STILL = { link: () => null, tag: () => {} };

function version({ text, entities }, seconds, name) {
  const at = new Date(seconds * 1000);
  const heading = h("h3", {}, name, h("time", { datetime: at.toISOString() }, MOMENT.format(at)));
  return h("li", {}, heading, h("div", { class: "text", dir: "auto" }, formatted(text ?? "", entities, STILL)));
}

/** Opens the dialog with every version of `message`, the present one first. */
export function showVersions(message) {
  const past = message.history.map((old, i) => version(old, old.date, i ? `Edit ${i}` : "As first sent"));
  const box = document.querySelector("#versions");
  box.querySelector("ol").replaceChildren(version(message, message.edited, "Now"), ...past.reverse());
  box.showModal();
  box.querySelector("ol").scrollTop = 0;
}
