// One message as Telegram would lay it out: preview, text, time, keyboard. It holds no state and knows no network:
// `go` is what can be done with it (see pane.js).

import { formatted } from "./entities.js";
import { avatar, h, icon } from "./nodes.js";
import { photo, preview } from "./preview.js";

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

function edits(message, go) {
  const title = `Edited ${MOMENT.format(when(message.edited))}. Show what it said before`;
  return h("button", { class: "edited", type: "button", title, on: { click: () => go.versions() } }, "edited");
}

function meta(message, { isPost, isOwn }, go) {
  const at = when(message.date);
  return h(
    "span",
    { class: "meta", dir: "ltr" },
    isPost && message.views ? views(message.views) : null,
    message.edited ? edits(message, go) : null,
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
  return message.text ? formatted(message.text, message.entities, go) : [];
}

function signature(message, chat, isOwn) {
  if (isOwn || chat.type === "private" || chat.type === "channel" || !message.from) return null;
  return h("div", { class: "signature", dir: "auto" }, message.from.name);
}

function forwarded(message) {
  const origin = message.forward_origin;
  if (!origin) return null;
  const from = origin.chat?.title ?? origin.sender_user?.first_name ?? origin.sender_user_name ?? "somewhere";
  return h("div", { class: "origin", dir: "auto" }, "Forwarded from ", h("b", {}, from));
}

function answered(message, world, go) {
  const asked = message.reply_to && world.message(message.chat, message.reply_to);
  if (!asked) return null;
  const words = [h("b", {}, asked.from?.name ?? "Post"), h("span", { dir: "auto" }, asked.text || "Photo")];
  return h("button", { class: "reply", type: "button", on: { click: () => go.reveal(asked.id) } }, words);
}

/** A note of Telegram's own, such as a chat's upgrade, in the middle of the chat. */
function note(message) {
  const kind = Object.keys(message.service)[0] ?? "";
  const who = message.from?.name ?? "Somebody";
  const words = {
    new_chat_members: `${who} joined`,
    left_chat_member: `${who} left`,
    migrate_to_chat_id: "This group was upgraded to a supergroup",
    migrate_from_chat_id: "This group was upgraded to a supergroup",
    pinned_message: `${who} pinned a message`,
    forum_topic_created: "A topic was opened",
    forum_topic_closed: "The topic was closed",
    forum_topic_reopened: "The topic was reopened",
  }[kind];
  return h("div", { class: "service", "data-id": message.id }, words ?? kind.replaceAll("_", " "));
}

function classes(message, marks) {
  return ["message", ...Object.keys(marks).filter((mark) => marks[mark])].join(" ");
}

function sender(message) {
  const { id, name, is_bot: isBot } = message.from;
  return avatar({ id, name, kind: isBot ? "bot" : "person" });
}

/**
 * The element for `message` in `chat`, seen by the person with id `viewer`. `joins` and `ends` say whether it
 * continues and closes a run of one sender's messages.
 */
export function bubble(message, { chat, world, viewer, go, joins, ends }) {
  if (message.service) return note(message);
  const isPost = chat.type === "channel";
  const own = !isPost && message.from?.id === viewer;
  const grouped = !isPost && chat.type !== "private";
  const shown = message.photo ? { node: photo(message.photo), above: true } : preview(message, go.open);
  const body = h("div", { class: "text", dir: "auto" }, words(message, go), meta(message, { isPost, isOwn: own }, go));
  const heads = [signature(message, chat, own), forwarded(message), answered(message, world, go)];
  const topped = Boolean(shown?.above) && !heads.some(Boolean);
  const order = shown?.above ? [shown.node, body] : [body, shown?.node];
  const content = h("div", { class: "bubble" }, heads, order);
  const item = h("article", { class: classes(message, { own, joins, ends, topped, grouped }), "data-id": message.id });
  const face = grouped && !own && message.from ? sender(message) : null;
  item.append(...[face, h("div", { class: "stack" }, content, keyboard(message.reply_markup, go))].filter(Boolean));
  return item;
}
