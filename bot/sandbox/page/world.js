// What the page knows of the sandbox: bot, people, chats, messages, commands. It draws nothing and asks nobody.

/** Fires: "reset" after a whole state; "message", "edited", "deleted" (detail: the message); "chat"; "commands". */
export class World extends EventTarget {
  bot = { id: 0, username: "", name: "" };
  people = [];
  chats = new Map();
  messages = new Map();
  commands = {};

  load(state) {
    this.bot = state.bot;
    this.people = state.people;
    this.chats = new Map(state.chats.map((chat) => [chat.id, chat]));
    this.messages = new Map();
    for (const [chat, messages] of Object.entries(state.messages)) {
      const kept = messages.filter((message) => !message.deleted).sort((a, b) => a.id - b.id);
      this.messages.set(Number(chat), new Map(kept.map((message) => [message.id, message])));
    }
    this.commands = state.commands;
    this.#dispatch("reset");
  }

  /** Applies one event of the stream; applying it twice changes nothing. */
  apply(name, data) {
    if (name === "message" || name === "edited") this.#keep(data);
    else if (name === "deleted") this.#drop(data);
    else if (name === "chat") this.#chat(data);
    else if (name === "commands") this.#menu(data);
  }

  in(chat) {
    return [...(this.messages.get(chat)?.values() ?? [])];
  }

  message(chat, id) {
    return this.messages.get(chat)?.get(id);
  }

  chatNamed(username) {
    return [...this.chats.values()].find((chat) => chat.username && chat.username.toLowerCase() === username);
  }

  /** The private chat of a person with the bot; Telegram gives it the person's own id. */
  privateChat(person) {
    const known = [...this.chats.values()].find((chat) => chat.person === person.id);
    return known ?? { id: person.id, type: "private", title: this.bot.name, person: person.id };
  }

  publicChats() {
    return [...this.chats.values()].filter((chat) => chat.type !== "private" && !chat.migrated_to);
  }

  /** The commands a chat's menu shows: the narrowest scope that has any (Bot API, BotCommandScope). */
  menu(chat) {
    const wider = chat.type === "private" ? "all_private_chats" : "all_group_chats";
    const scopes = [`chat:${chat.id}`, wider, "default"];
    return scopes.map((scope) => this.commands[scope]).find((list) => list?.length) ?? [];
  }

  #keep(message) {
    if (message.deleted) return;
    if (!this.messages.has(message.chat)) this.messages.set(message.chat, new Map());
    const known = this.messages.get(message.chat);
    const name = known.has(message.id) ? "edited" : "message";
    known.set(message.id, message);
    this.#dispatch(name, message);
  }

  #drop({ chat, id }) {
    if (this.messages.get(chat)?.delete(id)) this.#dispatch("deleted", { chat, id });
  }

  #chat(chat) {
    this.chats.set(chat.id, chat);
    this.#dispatch("chat", chat);
  }

  #menu(commands) {
    this.commands = commands;
    this.#dispatch("commands");
  }

  #dispatch(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
