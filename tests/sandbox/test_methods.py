"""What is sent, changed, taken away and passed on, and every no Telegram has for it."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest

from bot.sandbox import Chat, Person
from bot.sandbox.records import Content
from tests.support.calling import Caller

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
DAY = 24 * 3600
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + b"\r\n--x\r\n"


@pytest.fixture
def channel(api: Caller) -> Chat:
    return api.telegram.world.add_channel("Daily", "daily")


@pytest.fixture
async def ann(api: Caller) -> Person:
    person = api.telegram.world.add_person("Ann", "ann")
    await api.telegram.say(person, "/start")
    return person


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [list(buttons)]}


async def test_a_message_comes_back_as_it_was_read(api: Caller, channel: Chat) -> None:
    sent = await api.ok(
        "sendMessage", chat_id="@DAILY", text=" <b>Hi</b> #AI ", parse_mode="HTML"
    )
    assert (sent["message_id"], sent["text"], sent["chat"]["id"]) == (
        1,
        "Hi #AI",
        channel.id,
    )
    assert [entity["type"] for entity in sent["entities"]] == ["bold", "hashtag"]
    assert sent["sender_chat"]["id"] == channel.id
    assert api.telegram.messages(channel)[0].html == " <b>Hi</b> #AI "


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "message text is empty"),
        (" \n", "text must be non-empty"),
        ("x" * 4097, "message is too long"),
        ("😀" * 4097, "message is too long"),
        ("<b></b>" * 5000, "text is too long"),
        ("<p>", 'can\'t parse entities: Unsupported start tag "p" at byte offset 0'),
    ],
)
async def test_a_text_beyond_the_rules_is_refused(
    api: Caller, channel: Chat, text: str, reason: str
) -> None:
    assert (
        await api.no("sendMessage", chat_id=channel.id, text=text, parse_mode="HTML")
        == f"Bad Request: {reason}"
    )
    assert api.telegram.messages(channel) == []


async def test_length_is_counted_in_code_points_after_the_markup(
    api: Caller, channel: Chat
) -> None:
    await api.ok(
        "sendMessage",
        chat_id=channel.id,
        text=f"<b>{'😀' * 4096}</b>",
        parse_mode="HTML",
    )


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        (
            {"text": "x"},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": "я" * 33}, "BUTTON_DATA_INVALID"),
        (
            {"text": "x", "url": "http://a"},
            "inline keyboard button URL 'http://a' is invalid: Wrong HTTP URL",
        ),
        ({"text": "x", "web_app": {"url": "https://x.y"}}, "BUTTON_TYPE_INVALID"),
        (
            {"text": "", "url": "http://x.y"},
            "can't parse inline keyboard button: text must be non-empty",
        ),
        (
            {"text": "x", "url": "http://x.y", "callback_data": "d"},
            "can't parse inline keyboard button: exactly one action is expected",
        ),
        ({"text": "x", "copy_text": {"text": "x" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
    ],
)
async def test_a_button_beyond_the_rules_is_refused(
    api: Caller, channel: Chat, button: dict[str, Any], reason: str
) -> None:
    answer = await api.no(
        "sendMessage", chat_id=channel.id, text="x", reply_markup=keyboard(button)
    )
    assert answer == f"Bad Request: {reason}"


async def test_a_web_app_button_is_for_private_chats(api: Caller, ann: Person) -> None:
    button = {"text": "x", "web_app": {"url": "https://x.y"}}
    await api.ok("sendMessage", chat_id=ann.id, text="x", reply_markup=keyboard(button))


async def test_an_empty_keyboard_is_no_keyboard(api: Caller, channel: Chat) -> None:
    sent = await api.ok(
        "sendMessage",
        chat_id=channel.id,
        text="x",
        reply_markup={"inline_keyboard": [[]]},
    )
    assert "reply_markup" not in sent


async def test_preview_options_are_kept_and_else_the_first_address_is_previewed(
    api: Caller, channel: Chat
) -> None:
    async def preview(text: str, **options: Any) -> str | None:
        await api.ok(
            "sendMessage",
            chat_id=channel.id,
            text=text,
            parse_mode="HTML",
            link_preview_options=options,
        )
        return api.telegram.messages(channel)[-1].preview

    assert await preview("Inside README.md") == "README.md"
    assert await preview('<a href="https://x.org/a">x</a> b.org') == "https://x.org/a"
    assert await preview("b.org", is_disabled=True) is None
    assert (
        await preview("b.org", url="https://img.org/p.png", prefer_large_media=True)
        == "https://img.org/p.png"
    )
    assert api.telegram.messages(channel)[-1].link_preview_options == {
        "url": "https://img.org/p.png",
        "prefer_large_media": True,
    }


async def test_a_stranger_is_not_found_and_one_who_was_met_must_begin(
    api: Caller,
) -> None:
    bob = api.telegram.world.add_person("Bob")
    assert (
        await api.no("sendMessage", chat_id=bob.id, text="x")
        == "Bad Request: chat not found"
    )
    api.telegram.world.add_group("Readers", [bob])
    no = await api.no("sendMessage", chat_id=bob.id, text="x")
    assert no == "Forbidden: bot can't initiate conversation with a user"
    assert await api.no("sendMessage", text="x") == "Bad Request: chat_id is empty"
    assert (
        await api.no("sendMessage", chat_id="@nobody", text="x")
        == "Bad Request: chat not found"
    )


async def test_who_blocks_the_bot_hears_nothing_until_they_start_it_again(
    api: Caller, ann: Person
) -> None:
    await api.telegram.block(ann)
    assert (
        await api.no("sendMessage", chat_id=ann.id, text="x")
        == "Forbidden: bot was blocked by the user"
    )
    await api.telegram.open_link(ann)
    await api.ok("sendMessage", chat_id=ann.id, text="x")
    ann.deactivated = True
    assert (
        await api.no("sendMessage", chat_id=ann.id, text="x")
        == "Forbidden: user is deactivated"
    )


async def test_a_channel_asks_for_its_rights(api: Caller, channel: Chat) -> None:
    async def refusal() -> str:
        return await api.no("sendMessage", chat_id=channel.id, text="x")

    await api.telegram.add_bot(channel, {"can_edit_messages"})
    assert (
        await refusal()
        == "Bad Request: not enough rights to send text messages to the chat"
    )
    await api.telegram.add_bot(channel, None)
    assert (
        await refusal() == "Bad Request: need administrator rights in the channel chat"
    )
    await api.telegram.remove_bot(channel)
    assert await refusal() == "Forbidden: bot was kicked from the channel chat"
    other = api.telegram.world.add_channel("Other", bot_rights=None)
    assert (
        await api.no("sendMessage", chat_id=other.id, text="x")
        == "Forbidden: bot is not a member of the channel chat"
    )


async def test_a_group_that_became_a_supergroup_names_its_new_address(
    api: Caller, ann: Person
) -> None:
    world = api.telegram.world
    group = world.add_group("Readers", admins=[ann], supergroup=False)
    await api.ok("sendMessage", chat_id=group.id, text="x")
    supergroup = world.migrate(group)
    answer = (await api.raw("sendMessage", chat_id=group.id, text="x")).json()
    assert (
        answer["description"]
        == "Bad Request: group chat was upgraded to a supergroup chat"
    )
    assert answer["parameters"] == {"migrate_to_chat_id": supergroup.id}
    assert (await api.ok("sendMessage", chat_id=supergroup.id, text="x"))[
        "message_id"
    ] == 2
    services = [update.body for update in api.telegram.updates.waiting][-2:]
    assert [service.get("migrate_to_chat_id") for service in services] == [
        supergroup.id,
        None,
    ]
    group.migrated_to, group.deleted = None, True
    assert (
        await api.no("sendMessage", chat_id=group.id, text="x")
        == "Forbidden: the group chat was deleted"
    )


async def test_private_chats_share_one_count_of_messages_and_channels_have_their_own(
    api: Caller, channel: Chat, ann: Person
) -> None:
    bob = api.telegram.world.add_person("Bob")
    await api.telegram.say(bob, "/start")
    ids = [
        (await api.ok("sendMessage", chat_id=chat, text="x"))["message_id"]
        for chat in (ann.id, bob.id, channel.id)
    ]
    assert ids == [3, 4, 1]


async def test_forum_topics_are_addressed_and_refused_as_in_telegram(
    api: Caller, ann: Person
) -> None:
    world = api.telegram.world
    forum = world.add_group("Forum", admins=[ann], forum=True)
    topic = world.add_topic(forum, "News")
    plain = await api.ok("sendMessage", chat_id=forum.id, text="general")
    sent = await api.ok(
        "sendMessage", chat_id=forum.id, text="x", message_thread_id=topic.id
    )
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic.id, True)

    async def refusal(thread: int) -> str:
        return await api.no(
            "sendMessage", chat_id=forum.id, text="x", message_thread_id=thread
        )

    assert await refusal(999) == "Bad Request: message thread not found"
    assert (
        await refusal(plain["message_id"])
        == "Bad Request: message thread is not a forum topic thread"
    )
    topic.closed = True
    assert await refusal(topic.id) == "Bad Request: TOPIC_CLOSED"
    topic.closed, topic.deleted = False, True
    assert "thread" in await refusal(topic.id)


async def test_a_reply_to_nothing_is_refused_unless_that_is_allowed(
    api: Caller, channel: Chat
) -> None:
    await api.ok("sendMessage", chat_id=channel.id, text="first")
    reply = {"message_id": 1}
    sent = await api.ok(
        "sendMessage", chat_id=channel.id, text="x", reply_parameters=reply
    )
    assert sent["reply_to_message"]["text"] == "first"
    gone = {"message_id": 99}
    no = await api.no(
        "sendMessage", chat_id=channel.id, text="x", reply_parameters=gone
    )
    assert no == "Bad Request: message to be replied not found"
    gone["allow_sending_without_reply"] = True
    assert "reply_to_message" not in await api.ok(
        "sendMessage", chat_id=channel.id, text="x", reply_parameters=gone
    )


async def test_an_edit_is_told_from_a_repetition(api: Caller, channel: Chat) -> None:
    keys = keyboard({"text": "x", "callback_data": "1"})
    same = {
        "chat_id": channel.id,
        "text": "<b>one</b>",
        "parse_mode": "HTML",
        "reply_markup": keys,
    }
    await api.ok("sendMessage", **same)
    assert await api.no("editMessageText", message_id=1, **same) == NOT_MODIFIED
    assert (
        await api.no(
            "editMessageText", message_id=1, **(same | {"text": "<strong>one</strong>"})
        )
        == NOT_MODIFIED
    )
    assert (
        await api.no(
            "editMessageReplyMarkup",
            chat_id=channel.id,
            message_id=1,
            reply_markup=keys,
        )
        == NOT_MODIFIED
    )
    edited = await api.ok(
        "editMessageText", chat_id=channel.id, message_id=1, text="two"
    )
    assert "edit_date" in edited
    assert "reply_markup" not in edited, "what an edit omits is gone"
    message = api.telegram.messages(channel)[0]
    assert [(past.content.text, past.reply_markup) for past in message.history] == [
        ("one", keys)
    ]


async def test_a_change_of_preview_alone_is_a_change(
    api: Caller, channel: Chat
) -> None:
    await api.ok(
        "sendMessage",
        chat_id=channel.id,
        text="x",
        link_preview_options={"url": "https://x.org/1"},
    )
    assert await api.ok("editMessageText", chat_id=channel.id, message_id=1, text="x")
    assert api.telegram.messages(channel)[0].link_preview_options is None


async def test_others_posts_are_edited_only_with_the_right_to(
    api: Caller, channel: Chat, ann: Person
) -> None:
    post = api.telegram.world.post_as(ann, channel, "mine")
    asked = {"chat_id": channel.id, "message_id": post.id, "text": "yours"}
    assert (
        await api.no("editMessageText", **asked)
        == "Bad Request: message can't be edited"
    )
    await api.telegram.add_bot(channel, {"can_post_messages", "can_edit_messages"})
    await api.ok("editMessageText", **asked)
    assert (
        await api.no("deleteMessage", chat_id=channel.id, message_id=post.id)
        == "Bad Request: message can't be deleted"
    )
    assert (
        await api.no("editMessageText", **(asked | {"message_id": 99}))
        == "Bad Request: message to edit not found"
    )


async def test_messages_are_deleted_within_two_days(api: Caller, channel: Chat) -> None:
    for text in ("one", "two", "three"):
        await api.ok("sendMessage", chat_id=channel.id, text=text)
    await api.ok("deleteMessage", chat_id=channel.id, message_id=1)
    assert (
        await api.no("deleteMessage", chat_id=channel.id, message_id=1)
        == "Bad Request: message to delete not found"
    )
    assert (
        await api.ok("deleteMessages", chat_id=channel.id, message_ids=[1, 2, 77])
        is True
    )
    api.telegram.advance(2 * DAY)
    no = await api.no("deleteMessage", chat_id=channel.id, message_id=3)
    assert no == "Bad Request: message can't be deleted for everyone"
    await api.ok("editMessageText", chat_id=channel.id, message_id=3, text="gone")
    everything = api.telegram.messages(channel, deleted=True)
    assert [(message.text, message.deleted) for message in everything] == [
        ("one", True),
        ("two", True),
        ("gone", False),
    ]


async def test_a_person_may_have_their_words_deleted_by_the_bot_only_in_private(
    api: Caller, ann: Person
) -> None:
    await api.ok("deleteMessage", chat_id=ann.id, message_id=1)
    group = api.telegram.world.add_group("Readers", admins=[ann])
    said = await api.telegram.say(ann, "/help", group)
    assert (
        await api.no("deleteMessage", chat_id=group.id, message_id=said.id)
        == "Bad Request: message can't be deleted"
    )


async def test_a_forward_tells_where_it_comes_from(
    api: Caller, channel: Chat, ann: Person
) -> None:
    keys = keyboard({"text": "x", "callback_data": "1"})
    await api.ok(
        "sendMessage",
        chat_id=channel.id,
        text="<b>x</b>",
        parse_mode="HTML",
        reply_markup=keys,
    )
    asked = {"chat_id": ann.id, "from_chat_id": "@daily", "message_id": 1}
    copy = await api.ok("forwardMessage", disable_notification=True, **asked)
    assert (copy["forward_origin"]["type"], copy["forward_origin"]["message_id"]) == (
        "channel",
        1,
    )
    assert (copy["text"], copy["entities"][0]["type"], "reply_markup" in copy) == (
        "x",
        "bold",
        False,
    )
    assert await api.no(
        "editMessageText", chat_id=ann.id, message_id=copy["message_id"], text="y"
    )
    assert await api.ok("copyMessage", **asked) == {
        "message_id": copy["message_id"] + 1
    }
    assert api.telegram.messages(ann)[-1].origin is None
    missing = asked | {"message_id": 5}
    assert (
        await api.no("forwardMessage", **missing)
        == "Bad Request: message to forward not found"
    )
    channel.protected = True
    no = await api.no("forwardMessage", **asked)
    assert no == "Bad Request: message has protected content and can't be forwarded"
    assert (
        await api.no("copyMessage", **asked) == "Bad Request: message can't be copied"
    )


async def test_photos_by_address_are_believed_and_uploads_are_looked_at(
    api: Caller, channel: Chat
) -> None:
    url = "https://img.org/p.jpg"
    sent = await api.ok(
        "sendPhoto",
        chat_id=channel.id,
        photo=url,
        caption="<i>c</i>",
        parse_mode="HTML",
    )
    assert (sent["caption"], sent["caption_entities"][0]["type"]) == ("c", "italic")
    assert api.telegram.messages(channel)[0].content.photo_source == url
    again = await api.ok(
        "sendPhoto", chat_id=channel.id, photo=sent["photo"][0]["file_id"]
    )
    assert again["photo"][0]["file_id"] == sent["photo"][0]["file_id"]
    assert await api.no("sendPhoto", chat_id=channel.id, photo="nonsense") == (
        "Bad Request: wrong file identifier/HTTP URL specified"
    )
    assert (
        await api.no("sendPhoto", chat_id=channel.id, photo="ftp://x.y/z")
        == "Bad Request: wrong HTTP URL specified"
    )
    no = await api.no("sendPhoto", chat_id=channel.id, photo=url, caption="x" * 1025)
    assert no == "Bad Request: message caption is too long"


async def test_an_uploaded_photo_can_be_fetched_again(
    api: Caller, channel: Chat
) -> None:
    path = f"/bot{api.telegram.token}/sendPhoto"
    answer = await api.client.post(
        path,
        data={"chat_id": channel.id, "caption": "ж"},
        files={"photo": ("p.png", PNG)},
    )
    sent = answer.json()["result"]
    assert (sent["photo"][0]["width"], sent["caption"]) == (640, "ж")
    file = await api.ok("getFile", file_id=sent["photo"][0]["file_id"])
    content = await api.client.get(f"/file/bot{api.telegram.token}/{file['file_path']}")
    assert content.content == PNG
    wide = PNG[:16] + struct.pack(">II", 9000, 2000)
    answer = await api.client.post(
        path, data={"chat_id": channel.id}, files={"photo": ("p.png", wide)}
    )
    assert answer.json()["description"] == "Bad Request: PHOTO_INVALID_DIMENSIONS"
    answer = await api.client.post(
        path, data={"chat_id": channel.id}, files={"photo": ("p.png", b"no picture")}
    )
    assert answer.json()["description"] == "Bad Request: IMAGE_PROCESS_FAILED"


async def test_text_and_caption_are_edited_each_by_its_own_method(
    api: Caller, channel: Chat
) -> None:
    url = "https://img.org/p.jpg"
    await api.ok("sendPhoto", chat_id=channel.id, photo=url, caption="c")
    await api.ok("sendMessage", chat_id=channel.id, text="t")
    photo, text = ({"chat_id": channel.id, "message_id": number} for number in (1, 2))
    assert (
        await api.no("editMessageText", text="x", **photo)
        == "Bad Request: there is no text in the message to edit"
    )
    assert (
        await api.no("editMessageCaption", caption="x", **text)
        == "Bad Request: there is no caption in the message to edit"
    )
    assert (await api.ok("editMessageCaption", caption="x", **photo))["caption"] == "x"
    assert await api.no("editMessageCaption", caption="x", **photo) == NOT_MODIFIED
    media = {"type": "photo", "media": "https://img.org/q.jpg", "caption": "q"}
    assert (await api.ok("editMessageMedia", media=media, **text))["caption"] == "q"


@pytest.mark.parametrize("how", ["form", "query", "json", "multipart"])
async def test_a_call_may_come_in_any_of_the_four_ways(
    api: Caller, channel: Chat, how: str
) -> None:
    path = f"/bot{api.telegram.token}/sendMessage"
    fields = {
        "chat_id": str(channel.id),
        "text": "ж & <b>",
        "reply_markup": json.dumps(keyboard({"text": "x", "url": "x.org"})),
    }
    sending = {
        "form": lambda: api.client.post(path, data=fields),
        "query": lambda: api.client.get(path, params=fields),
        "json": lambda: api.client.post(
            path.lower().replace(api.telegram.token.lower(), api.telegram.token),
            json=fields,
        ),
        "multipart": lambda: api.client.post(
            path, data=fields, files={"unused": b"\x00\r\n--"}
        ),
    }
    answer = (await sending[how]()).json()
    assert answer["ok"], answer
    message = api.telegram.messages(channel)[0]
    assert (message.text, message.buttons[0][0]["url"]) == ("ж & <b>", "http://x.org/")
    assert api.telegram.calls[-1].params["reply_markup"] == keyboard(
        {"text": "x", "url": "x.org"}
    )


async def test_wrong_tokens_methods_and_bodies_get_telegrams_answers(
    api: Caller,
) -> None:
    async def status(path: str, **how: Any) -> tuple[int, str]:
        answer = await api.client.post(path, **how)
        return answer.status_code, answer.json()["description"]

    token = api.telegram.token
    assert await status("/bot12345:" + "A" * 35 + "/getMe") == (401, "Unauthorized")
    assert await status("/botnonsense/getMe") == (404, "Not Found")
    assert await status(f"/bot{token}/sendNothing") == (404, "Not Found")
    json_type = {"Content-Type": "application/json"}
    assert (await status(f"/bot{token}/getMe", content=b"{", headers=json_type))[
        0
    ] == 400
    assert (
        await status(
            f"/bot{token}/sendMessage", data={"chat_id": 1, "reply_markup": "{"}
        )
    )[0] == 400
    channel = api.telegram.world.add_channel("x")
    bad = await status(
        f"/bot{token}/sendMessage",
        json={"chat_id": channel.id, "text": "x", "reply_markup": "{"},
    )
    assert bad == (400, "Bad Request: can't parse reply markup JSON object")
    odd = {"chat_id": channel.id, "text": "x", "reply_parameters": {"message_id": [1]}}
    assert (await status(f"/bot{token}/sendMessage", json=odd))[0] == 400


async def test_the_bot_learns_about_chats_and_members(
    api: Caller, channel: Chat, ann: Person
) -> None:
    me = await api.ok("getMe")
    assert (me["is_bot"], me["id"]) == (True, api.telegram.bot.id)
    member = await api.ok("getChatMember", chat_id=channel.id, user_id=me["id"])
    assert (
        member["status"],
        member["can_post_messages"],
        member["can_edit_messages"],
    ) == (
        "administrator",
        True,
        False,
    )
    assert (await api.ok("getChatMember", chat_id=channel.id, user_id=ann.id))[
        "status"
    ] == "left"
    assert (await api.ok("getChat", chat_id="@daily"))["title"] == "Daily"
    assert await api.ok("getChatMemberCount", chat_id=channel.id) == 1
    group = api.telegram.world.add_group("Readers", admins=[ann])
    admins = await api.ok("getChatAdministrators", chat_id=group.id)
    assert [(admin["user"]["id"], admin["status"]) for admin in admins] == [
        (ann.id, "creator")
    ]
    await api.ok("leaveChat", chat_id=group.id)
    assert (
        await api.no("getChat", chat_id=group.id)
        == "Forbidden: bot is not a member of the supergroup chat"
    )


async def test_pins_and_chat_actions_ask_for_rights(api: Caller, channel: Chat) -> None:
    await api.ok("sendMessage", chat_id=channel.id, text="x")
    no = await api.no("pinChatMessage", chat_id=channel.id, message_id=1)
    assert no == "Bad Request: not enough rights to manage pinned messages in the chat"
    await api.telegram.add_bot(channel, {"can_post_messages", "can_edit_messages"})
    await api.ok("pinChatMessage", chat_id=channel.id, message_id=1)
    assert (await api.ok("getChat", chat_id=channel.id))["pinned_message"][
        "message_id"
    ] == 1
    await api.ok("sendChatAction", chat_id=channel.id, action="typing")
    assert await api.no("sendChatAction", chat_id=channel.id, action="dance")


async def test_command_menus_are_kept_by_scope_and_language(
    api: Caller, channel: Chat, ann: Person
) -> None:
    menu = [{"command": "topic", "description": "Follow a topic"}]
    await api.ok("setMyCommands", commands=menu)
    scope = {"type": "chat", "chat_id": ann.id}
    await api.ok("setMyCommands", commands=menu, scope=scope)
    await api.ok("setMyCommands", commands=menu, language_code="de")
    await api.ok("deleteMyCommands")
    assert await api.ok("getMyCommands") == []
    assert (
        await api.ok("getMyCommands", scope=scope)
        == menu
        == await api.ok("getMyCommands", language_code="de")
    )
    stranger = {"type": "chat", "chat_id": 4}
    assert (
        await api.no("setMyCommands", commands=menu, scope=stranger)
        == "Bad Request: chat not found"
    )
    bad = [{"command": "Тема", "description": "x"}]
    assert (
        await api.no("setMyCommands", commands=bad)
        == "Bad Request: BOT_COMMAND_INVALID"
    )
    assert (
        await api.no("setMyCommands", commands=menu * 101)
        == "Bad Request: BOT_COMMANDS_TOO_MUCH"
    )


async def test_a_description_is_kept_by_language(api: Caller) -> None:
    await api.ok("setMyDescription", description="News")
    assert await api.ok("getMyDescription", language_code="de") == {
        "description": "News"
    }
    await api.ok("setMyShortDescription", short_description="N")
    assert await api.ok("getMyShortDescription") == {"short_description": "N"}


async def test_a_message_to_come_has_the_next_number_even_after_a_deletion(
    api: Caller, channel: Chat
) -> None:
    api.telegram.world.post(channel, None, Content("by hand"))
    await api.ok("sendMessage", chat_id=channel.id, text="x")
    await api.ok("deleteMessage", chat_id=channel.id, message_id=2)
    assert (await api.ok("sendMessage", chat_id=channel.id, text="y"))[
        "message_id"
    ] == 3
