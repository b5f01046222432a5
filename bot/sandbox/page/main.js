// Joins the page: who sits at it, which chat each pane shows, what the events change. The only place that knows all.

import { Actions } from "./actions.js";
import { Composer } from "./composer.js";
import { FolderPanel } from "./folder.js";
import { avatar, h } from "./nodes.js";
import { alertBox, connectionBack, connectionLost, toast } from "./notices.js";
import { Pane } from "./pane.js";
import { follow } from "./wire.js";
import { World } from "./world.js";

const ROLES = ["reader", "editor"];
const SEAT = "paperboy-seat";
const $ = (selector) => document.querySelector(selector);

class Page {
  world = new World();
  seat = null;
  #actions = new Actions(this);
  #waiting = new Set();

  constructor() {
    const actions = (pane) => this.#actions.for(pane);
    this.channel = new Pane($("#channel"), this.world, actions, (unread) => this.#badge("channel", unread));
    this.private = new Pane($("#private"), this.world, actions, (unread) => this.#badge("private", unread));
    this.composer = this.#composer($("#private .composer"), () => this.private);
    this.groupComposer = this.#composer($("#channel .composer"), () => this.channel);
    this.folder = new FolderPanel($("#folder"), (verb) => this.#folderDone(verb), (error) => toast(error.message));
    this.#listen();
    this.#controls();
  }

  /** Shows a public chat, and in it a message; false when that message isn't there. */
  showChat(id, message) {
    const chat = this.world.chats.get(id);
    if (!chat) return false;
    if (chat.type === "private") {
      this.showPrivate();
      return message === undefined || this.private.reveal(message);
    }
    if (this.channel.chat?.id !== id) this.#openPublic(chat);
    this.#tab("channel");
    return message === undefined || this.channel.reveal(message);
  }

  showPrivate() {
    this.#tab("private");
  }

  onState(state) {
    connectionBack();
    this.world.load(state);
    this.folder.refresh();
  }

  onEvent(name, data) {
    if (name === "folder") this.folder.show(data);
    else if (name === "callback_answer") this.#answered(data);
    else this.world.apply(name, data);
  }

  #composer(root, pane) {
    return new Composer(root, (text) => this.#actions.send(pane().chat.id, text));
  }

  #listen() {
    this.world.addEventListener("reset", () => this.#reset());
    this.world.addEventListener("commands", () => this.#menus());
    this.world.addEventListener("chat", () => this.#chats());
    this.world.addEventListener("message", ({ detail }) => this.#heard(detail));
    this.world.addEventListener("deleted", ({ detail }) => this.#waitForStart(detail.chat));
  }

  #controls() {
    $("#start").addEventListener("click", () => this.#actions.start(""));
    for (const tab of document.querySelectorAll("[data-tab]")) {
      tab.addEventListener("click", () => this.#tab(tab.dataset.tab));
    }
    const drawer = (open) => {
      document.body.classList.toggle("folder-open", open);
      $("#folder-toggle").setAttribute("aria-expanded", String(open));
      (open ? $("#folder-close") : $("#folder-toggle")).focus();
    };
    $("#folder-toggle").addEventListener("click", () => drawer(!document.body.classList.contains("folder-open")));
    for (const closer of ["#folder-close", "#veil"]) $(closer).addEventListener("click", () => drawer(false));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && document.body.classList.contains("folder-open")) drawer(false);
    });
  }

  #reset() {
    const { people } = this.world;
    const remembered = Number(sessionStorage.getItem(SEAT));
    this.seat = people.find((person) => person.id === (this.seat?.id ?? remembered)) ?? people[0];
    this.#seats();
    this.#chats();
    const open = this.world.chats.get(this.channel.chat?.id) ?? this.world.publicChats()[0];
    if (open) this.#openPublic(open);
    else this.channel.close();
    this.#openPrivate();
    document.documentElement.dataset.ready = "";
  }

  #seats() {
    const choice = (person, i) => {
      const input = h("input", { type: "radio", name: "seat", value: person.id, checked: person.id === this.seat.id });
      input.addEventListener("change", () => this.#sit(person));
      const words = h("span", { class: "seat-words" }, h("b", {}, person.name), h("small", {}, ROLES[i] ?? "reader"));
      return h("label", { class: "seat", "data-person": person.id }, input, avatar({ ...person, kind: "person" }), words, h("span", { class: "dot", hidden: true }));
    };
    $("#seats").replaceChildren(...this.world.people.map(choice));
  }

  #sit(person) {
    this.seat = person;
    sessionStorage.setItem(SEAT, String(person.id));
    this.#openPrivate();
    this.#tab("private");
    this.#menus();
    if (this.channel.chat) this.channel.viewer = person.id;
  }

  #openPublic(chat) {
    this.channel.show(chat, this.seat.id);
    $("#channel").classList.toggle("writable", chat.type !== "channel");
    this.#chats();
    this.#menus();
  }

  #openPrivate() {
    const chat = this.world.privateChat(this.seat);
    this.composer.clear();
    this.private.show(chat, this.seat.id);
    $("#private-name").textContent = this.seat.name;
    $("#intro-name").textContent = this.world.bot.name;
    this.#waiting.delete(chat.id);
    this.#dots();
    this.#waitForStart(chat.id);
    this.#menus();
  }

  /** Telegram shows Start instead of the field while a bot's chat is empty. */
  #waitForStart(id) {
    if (id !== this.private.chat?.id) return;
    $("#private").classList.toggle("unstarted", this.world.in(id).length === 0);
  }

  #menus() {
    if (this.private.chat) this.composer.commands = this.world.menu(this.private.chat);
    if (this.channel.chat) this.groupComposer.commands = this.world.menu(this.channel.chat);
  }

  /** With more than one public chat there is something to choose from. */
  #chats() {
    const chats = this.world.publicChats();
    const choice = (chat) => {
      const chosen = chat.id === this.channel.chat?.id;
      return h("button", { class: "chip", type: "button", "aria-pressed": String(chosen), on: { click: () => this.#openPublic(chat) } }, chat.title);
    };
    $("#chats").replaceChildren(...(chats.length > 1 ? chats.map(choice) : []));
    if (!this.channel.chat && chats.length && this.seat) this.#openPublic(chats[0]);
  }

  #heard(message) {
    this.#waitForStart(message.chat);
    if (this.world.chats.get(message.chat)?.type === "channel") this.folder.refreshSoon();
    const owner = this.world.people.find((person) => this.world.privateChat(person).id === message.chat);
    if (!owner || owner.id === this.seat.id) return;
    this.#waiting.add(message.chat);
    this.#dots();
  }

  #dots() {
    for (const person of this.world.people) {
      const dot = $(`.seat[data-person="${person.id}"] .dot`);
      dot.hidden = !this.#waiting.has(this.world.privateChat(person).id);
    }
  }

  #badge(tab, unread) {
    const badge = $(`[data-tab=${tab}] .count`);
    badge.textContent = unread || "";
    document.title = unread ? `(${unread}) Paperboy` : "Paperboy";
  }

  #tab(name) {
    document.body.dataset.shown = name;
    for (const tab of document.querySelectorAll("[data-tab]")) {
      tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
    }
  }

  #answered({ person, message, text, show_alert: isAlert, url }) {
    if (person !== this.seat.id) return;
    for (const face of document.querySelectorAll(`[data-id="${message}"] .key.busy`)) face.classList.remove("busy");
    if (text && isAlert) alertBox(this.world.bot.name, text);
    else if (text) toast(text);
    if (url) this.#actions.open(url);
  }

  #folderDone(verb) {
    toast({ drop: "Dropped into the folder.", edit: "Edited in the folder.", withdraw: "Withdrawn in the folder." }[verb]);
    document.body.classList.remove("folder-open");
    this.#tab("channel");
  }
}

const page = new Page();
follow({ onState: (state) => page.onState(state), onEvent: (name, data) => page.onEvent(name, data), onLost: connectionLost });
