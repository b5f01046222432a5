// A message's text with its entities, as nodes. Offsets and lengths are UTF-16 code units (Bot API, MessageEntity),
// which is what JavaScript strings count too. It knows no chat and sends nothing: `go` does.

import { h, tappable } from "./nodes.js";

const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code" };
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);

function spoiler(children) {
  const cover = h("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Hidden text, show it" });
  const veiled = h("span", { class: "veiled", "aria-hidden": "true", inert: true }, children);
  const reveal = (event) => {
    if (cover.classList.contains("shown") || (event.key && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    cover.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) cover.removeAttribute(name);
    for (const name of ["aria-hidden", "inert"]) veiled.removeAttribute(name);
  };
  cover.addEventListener("click", reveal);
  cover.addEventListener("keydown", reveal);
  cover.append(veiled);
  return cover;
}

function expandable(children) {
  const quote = h("blockquote", { class: "expandable", dir: "auto" }, h("div", { class: "quoted" }, children));
  const more = h("button", { class: "more", type: "button", "aria-expanded": "false" }, "Show more");
  more.addEventListener("click", () => {
    const open = quote.classList.toggle("open");
    more.setAttribute("aria-expanded", String(open));
    more.textContent = open ? "Show less" : "Show more";
  });
  quote.append(more);
  return quote;
}

function preformatted(entity, children) {
  const label = entity.language ? h("span", { class: "language" }, entity.language) : null;
  return h("pre", { dir: "ltr", tabindex: "0" }, label, h("code", {}, children));
}

function link(address, children, go) {
  return go.link(address, children) ?? h("span", {}, children);
}

/** The element for one entity, given what stands inside it. */
function wrapped(entity, inside, children, go) {
  switch (entity.type) {
    case "text_link": return link(entity.url ?? "", children, go);
    case "url": return link(inside, children, go);
    case "email": return link(`mailto:${inside}`, children, go);
    case "mention": return link(`https://t.me/${inside.slice(1)}`, children, go);
    case "text_mention": return h("span", { class: "mention" }, children);
    case "hashtag":
    case "cashtag": return tappable(children, () => go.tag(inside));
    case "bot_command": return go.command ? tappable(children, () => go.command(inside)) : h("span", {}, children);
    case "spoiler": return spoiler(children);
    case "pre": return preformatted(entity, children);
    case "blockquote": return h("blockquote", { dir: "auto" }, children);
    case "expandable_blockquote": return expandable(children);
    default: return h(TAGS[entity.type] ?? "span", {}, children);
  }
}

/** Takes from `queue` what begins before `end`; what reaches beyond it is cut in two, so that all nests. */
function takeInside(queue, end) {
  const inside = [];
  while (queue.length && queue[0].offset < end) {
    const entity = queue.shift();
    const over = entity.offset + entity.length - end;
    if (over > 0) queue.push({ ...entity, offset: end, length: over });
    inside.push(over > 0 ? { ...entity, length: entity.length - over } : entity);
  }
  queue.sort(outerFirst);
  return inside;
}

function outerFirst(a, b) {
  return a.offset - b.offset || b.length - a.length;
}

function span(text, start, end, queue, go) {
  const nodes = [];
  let at = start;
  const say = (until) => { if (until > at) nodes.push(text.slice(at, until)); };
  while (queue.length && queue[0].offset < end) {
    const entity = queue.shift();
    const stop = Math.min(entity.offset + entity.length, end);
    say(entity.offset);
    const children = span(text, entity.offset, stop, takeInside(queue, stop), go);
    nodes.push(wrapped(entity, text.slice(entity.offset, stop), children, go));
    // A quote is a block: the line break that follows it in the text is already there on the screen.
    at = BLOCKS.has(entity.type) && text[stop] === "\n" && stop < end ? stop + 1 : stop;
  }
  say(end);
  return nodes;
}

/**
 * Nodes for `text`. `go` has link(address, children) → element or null, tag(text), and command(text) where
 * commands can be tapped.
 */
export function formatted(text, entities, go) {
  const queue = (entities ?? []).filter((entity) => entity.length > 0 && entity.offset < text.length).sort(outerFirst);
  return span(text, 0, text.length, queue, go);
}
