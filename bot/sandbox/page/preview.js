// A message's link preview. Nothing is fetched from elsewhere: a picture drawn from the address itself stands in for
// the one Telegram would show, so that the same article always wears the same picture.

import { hostOf, isOurs, lastPart } from "./links.js";
import { h, hash, svg } from "./nodes.js";

const PICTURE = /\.(avif|gif|jpe?g|png|webp)$/i;
const PALETTES = [
  ["#f6c667", "#ef8354", "#b23a48", "#472d54"],
  ["#cfe8e0", "#7fb7be", "#3b7a8c", "#1d3f58"],
  ["#fbe3cf", "#f2a07b", "#c8553d", "#5b2a3c"],
  ["#dfe3f7", "#9aa7e0", "#5a63b5", "#2b2d63"],
  ["#f3edc8", "#bcd08c", "#5f9a62", "#234d46"],
  ["#f7dbe6", "#d99ac0", "#94579a", "#3d2a5e"],
];

/** Numbers in [0, 1), always the same for one seed (mulberry32). */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function hills(next, colours) {
  const sun = svg("circle", { cx: 70 + next() * 220, cy: 50 + next() * 40, r: 22 + next() * 20, fill: "#fff", opacity: 0.75 });
  const ranges = colours.slice(1).map((fill, i) => {
    const y = 95 + i * 32;
    const [a, b, c] = [next(), next(), next()].map((part) => y - 42 * part);
    return svg("path", { fill, opacity: 0.92, d: `M0 ${y} C60 ${a} 120 ${b} 180 ${y - 8} S300 ${c} 360 ${y} V190 H0Z` });
  });
  return [sun, ...ranges];
}

function discs(next, colours) {
  return Array.from({ length: 7 }, (_, i) => {
    const place = { cx: next() * 360, cy: next() * 190, r: 22 + next() * 62 };
    return svg("circle", { ...place, fill: colours[1 + (i % 3)], opacity: 0.35 + next() * 0.45 });
  });
}

function tiles(next, colours) {
  return Array.from({ length: 32 }, (_, i) => {
    const [x, y] = [(i % 8) * 45, Math.floor(i / 8) * 47.5];
    const shape = ["M0 0H45A45 47.5 0 0 1 0 47.5Z", "M45 0V47.5H0A45 47.5 0 0 1 45 0Z", "M0 0H45V47.5Z"][Math.floor(next() * 3)];
    return svg("path", { d: shape, transform: `translate(${x} ${y})`, fill: colours[Math.floor(next() * 4)], opacity: 0.85 });
  });
}

function waves(next, colours) {
  return Array.from({ length: 9 }, (_, i) => {
    const y = 22 + i * 19;
    const swing = 8 + next() * 18;
    const d = `M-10 ${y} Q80 ${y - swing} 180 ${y} T370 ${y}`;
    return svg("path", { d, fill: "none", stroke: colours[1 + (i % 3)], "stroke-width": 6 + next() * 8, opacity: 0.8 });
  });
}

/** The drawing for an address: 360 × 190 units, cropped to the card. */
function drawing(address) {
  const seed = hash(address);
  const next = dice(seed);
  const colours = PALETTES[seed % PALETTES.length];
  const motif = [hills, discs, tiles, waves][(seed >>> 8) % 4];
  const ground = svg("rect", { width: 360, height: 190, fill: colours[0] });
  return svg("svg", { viewBox: "0 0 360 190", preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true" }, ground, motif(next, colours));
}

function picture(address) {
  const shown = h("figure", { class: "picture", role: "img", "aria-label": `Picture from ${hostOf(address)}` }, drawing(address));
  if (isOurs(address)) {
    const image = h("img", { src: address, alt: "", loading: "lazy" });
    image.addEventListener("error", () => image.remove());
    shown.append(image);
  } else {
    shown.append(h("figcaption", {}, h("b", {}, hostOf(address)), h("span", {}, lastPart(address))));
  }
  return shown;
}

function headline(address) {
  const words = lastPart(address).replace(/\.[a-z0-9]{1,5}$/i, "").replace(/[-_+]+/g, " ").trim();
  return words ? words[0].toUpperCase() + words.slice(1) : hostOf(address);
}

function card(address, large) {
  const words = h("span", { class: "words" }, h("b", {}, hostOf(address)), h("span", { dir: "auto" }, headline(address)));
  return h("span", { class: large ? "card large" : "card" }, words, h("span", { class: "thumb" }, drawing(address)));
}

/** A photo sent as one: `source` is its address where it has one, else the name it was uploaded under. */
export function photo(source) {
  return h("div", { class: "preview" }, picture(source));
}

/**
 * {node, above} for a message's preview, or null. A picture is large unless the message prefers it small; a page gets
 * the card Telegram draws beside a bar. `open(address)` is called when it is tapped.
 */
export function preview(message, open) {
  const address = message.preview;
  if (!address) return null;
  const options = message.link_preview_options ?? {};
  const isPicture = PICTURE.test(lastPart(address)) || (options.prefer_large_media && options.show_above_text);
  const large = isPicture ? !options.prefer_small_media : Boolean(options.prefer_large_media);
  const face = isPicture && large ? picture(address) : card(address, large);
  const label = `Open ${hostOf(address)}`;
  const node = h("button", { class: "preview", type: "button", "aria-label": label, on: { click: () => open(address) } }, face);
  return { node, above: Boolean(options.show_above_text) };
}
