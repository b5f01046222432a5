// Where a link leads inside the sandbox. It decides; it neither navigates nor sends.

const TELEGRAM = new Set(["t.me", "telegram.me", "telegram.dog"]);
const NOWHERE = Object.freeze({ kind: "none" });

function parsed(address) {
  try {
    return new URL(address.includes("://") || address.startsWith("mailto:") ? address : `https://${address}`);
  } catch {
    return null;
  }
}

function inTelegram(url, world) {
  const parts = url.pathname.split("/").filter(Boolean);
  if (parts[0] === "c" && parts.length >= 3) {
    return { kind: "post", chat: Number(`-100${parts[1]}`), message: Number(parts.at(-1)) };
  }
  const name = (parts[0] ?? "").toLowerCase();
  if (name && name === world.bot.username?.toLowerCase()) {
    return url.searchParams.has("start") ? { kind: "start", payload: url.searchParams.get("start") } : { kind: "bot" };
  }
  const chat = world.chatNamed(name);
  if (!chat) return null;
  return parts.length > 1 ? { kind: "post", chat: chat.id, message: Number(parts.at(-1)) } : { kind: "chat", chat: chat.id };
}

/** tg://resolve?domain=name&start=x or &post=1, as the same address on t.me. */
function resolved(url) {
  const asked = url.searchParams;
  const address = new URL(`https://t.me/${encodeURIComponent(asked.get("domain") ?? "")}`);
  if (asked.has("post")) address.pathname += `/${asked.get("post")}`;
  if (asked.has("start")) address.searchParams.set("start", asked.get("start"));
  return address;
}

/**
 * What tapping `address` means: {kind: "start", payload}, {kind: "post", chat, message}, {kind: "chat", chat},
 * {kind: "bot"}, {kind: "web", url} (leaves the page) or {kind: "none"} (nothing we would open).
 */
export function destination(address, world) {
  let url = parsed(address);
  if (!url) return NOWHERE;
  if (url.protocol === "tg:") {
    if (url.hostname !== "resolve" && url.pathname !== "//resolve") return NOWHERE;
    url = resolved(url);
  }
  if (url.protocol === "mailto:") return { kind: "web", url: url.href };
  if (url.protocol !== "http:" && url.protocol !== "https:") return NOWHERE;
  const inside = TELEGRAM.has(url.hostname.replace(/^www\./, "")) ? inTelegram(url, world) : null;
  return inside ?? { kind: "web", url: url.href };
}

/** The host of an address as a reader knows it, or "" when it has none. */
export function hostOf(address) {
  return parsed(address)?.hostname.replace(/^www\./, "") ?? "";
}

/** The last part of an address's path, decoded where it can be: a picture's file name, a page's slug. */
export function lastPart(address) {
  const part = parsed(address)?.pathname.split("/").filter(Boolean).at(-1) ?? "";
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** True when the address is served by the sandbox itself, the only place the page loads pictures from. */
export function isOurs(address) {
  return parsed(address)?.origin === location.origin;
}
