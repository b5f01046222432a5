// Building blocks of the page: elements made of nodes and text. It never parses markup: whatever a message
// says arrives here as a string and leaves as a text node.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An HTML element; strings among the children become text nodes. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** A drawing from the sprite in index.html; decorative, so hidden from assistive technology. */
export function icon(name) {
  return svg("svg", { class: "icon", "aria-hidden": "true", focusable: "false" }, svg("use", { href: `#i-${name}` }));
}

/** Words within a text that do something. A real button would be a box of its own and break lines and directions. */
export function tappable(children, action) {
  const pressed = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    action();
  };
  return h("span", { class: "inline", role: "button", tabindex: "0", on: { click: action, keydown: pressed } }, children);
}

/** A stable number for a string (FNV-1a, 32 bits), so that a drawing or colour never changes for its owner. */
export function hash(string) {
  let value = 0x811c9dc5;
  for (let i = 0; i < string.length; i += 1) {
    value = Math.imul(value ^ string.charCodeAt(i), 0x01000193);
  }
  return value >>> 0;
}

/** The picture that stands for a chat, a bot or a person: a drawing where we have one, else initials. */
export function avatar({ id, name, kind }) {
  const face = h("span", { class: "avatar", "data-hue": hash(String(id)) % 6, "data-kind": kind, "aria-hidden": "true" });
  const drawing = { channel: "paper", bot: "bag" }[kind];
  face.append(drawing ? icon(drawing) : [...(name || "?")][0].toUpperCase());
  return face;
}

/** True when the reader asked for less movement. */
export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
