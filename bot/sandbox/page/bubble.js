// One message as Telegram would lay it out: preview, text, time, keyboard. It holds no state and knows no network:
// `go` is what can be done with it (see pane.js).

import { formatted } from "./entities.js";
import { avatar, h, icon } from "./nodes.js";
import { preview } from "./preview.js";

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const ACTIONS = ["callback_data", "url", "copy_text"];

/** Seconds since 1970, as the Bot API counts, to a Date. */
export function when(seconds) {
  return new Date(seconds * 1000);
}

function views(count) {
  const short = new Intl.NumberFormat(undefined, { notation: "compact" }).format(count);
  return h("span", { class: "views" }, icon("eye"), h("span", { class: "sr" }, "Views: "), short);
}

function edits(message) {
  const times = message.history?.length ?? 0;
  const title = `Edited ${MOMENT.format(when(message.edited))}${times > 1 ? `, ${times} times` : ""}`;
  return h("span", { class: "edited", title }, "edited");
}

function meta(message, { isPost, isOwn }) {
  const at = when(message.date);
  return h(
    "span",
    { class: "meta", dir: "ltr" },
    isPost && message.views ? views(message.views) : null,
    message.edited ? edits(message) : null,
    h("time", { datetime: at.toISOString(), title: MOMENT.format(at) }, CLOCK.format(at)),
    isOwn ? icon("ticks") : null,
  );
}

function key(button, row, column, go) {
  const usable = ACTIONS.some((action) => button[action] !== undefined);
  const attributes = { class: "key", type: "button", "data-style": button.style, disabled: !usable };
  const face = h("button", attributes, h("span", { dir: "auto" }, button.text));
  if (button.url !== undefined) face.append(h("span", { class: "corner", "aria-hidden": "true" }, "↗"));
  face.addEventListener("click", () => {
    if (button.url !== undefined) go.open(button.url);
    else if (button.copy_text) go.copy(button.copy_text.text);
    else go.tap(row, column, face);
  });
  return face;
}

function keyboard(markup, go) {
  const rows = markup?.inline_keyboard ?? [];
  if (!rows.length) return null;
  const line = (buttons, row) => h("div", { class: "keys" }, buttons.map((button, column) => key(button, row, column, go)));
  return h("div", { class: "keyboard", role: "group", "aria-label": "Buttons" }, rows.map(line));
}

function words(message, go) {
  const text = message.text ?? message.caption ?? "";
  const entities = message.entities?.length ? message.entities : message.caption_entities;
  return text ? formatted(text, entities, go) : [h("i", { class: "unshown" }, "A message this page can’t show")];
}

function signature(message, chat) {
  if (chat.type === "private" || chat.type === "channel" || !message.from) return null;
  return h("div", { class: "signature", dir: "auto" }, message.from.name);
}

/**
 * The element for `message` in `chat`, seen by the person with id `viewer`. `joins` and `ends` say whether it
 * continues and closes a run of one sender's messages.
 */
export function bubble(message, { chat, world, viewer, go, joins, ends }) {
  const isOwn = message.from?.id === viewer && chat.type !== "channel";
  const shown = preview(message, world, go.open);
  const body = h("div", { class: "text", dir: "auto" }, words(message, go), meta(message, { isPost: chat.type === "channel", isOwn }));
  const content = h("div", { class: "bubble" }, signature(message, chat));
  content.append(...(shown?.above ? [shown.node, body] : shown ? [body, shown.node] : [body]));
  const isGroup = chat.type !== "private" && chat.type !== "channel";
  const face = isGroup && !isOwn && message.from ? avatar({ id: message.from.id, name: message.from.name, kind: message.from.is_bot ? "bot" : "person" }) : null;
  const classes = ["message", isOwn && "own", joins && "joins", ends && "ends", shown?.above && "topped", isGroup && "grouped"];
  const item = h("article", { class: classes.filter(Boolean).join(" "), "data-id": message.id });
  item.append(...[face, h("div", { class: "stack" }, content, keyboard(message.reply_markup, go))].filter(Boolean));
  return item;
}
