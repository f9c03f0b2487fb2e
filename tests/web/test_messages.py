"""Templates, outgoing messages and contacts over the API."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from tests.web.schema import mistakes
from tests.web.world import Client, World
from ticketing.notices.tables import OutgoingMessage, SendState
from ticketing.tables import Case

API = "/api/v1"
TEMPLATE = {"move": "register", "audience": "reporter", "channel": "sms", "text": "案卷{案卷号}：{诉求内容}"}
FORM = {"kind": "complaint", "description": "中山路路灯不亮", "district": "210202"}


async def _json(client: Client, method: str, path: str, status: int, body: Any = None) -> Any:
    sent = {} if body is None and method != "GET" else body
    answer = await client.request(method, API + path, json=sent)
    found = await answer.json()
    assert answer.status == status, found
    return found


async def _register(house: World, **form: Any) -> int:
    """A registered case, the template of which told its reporter."""
    leader = await house.client("leader")
    await _json(leader, "POST", "/message-templates", 201, TEMPLATE)
    case = await house.add_case(await house.add_call(seat="1001"))
    body = {"version": case.version, **FORM, **form}
    await _json(leader, "POST", f"/cases/{case.id}/moves/register", 200, body)
    return case.id


async def _set(house: World, **values: Any) -> int:
    """Put values into the one message there is; its id."""
    async with house.sessions() as session:
        row = (await session.scalars(select(OutgoingMessage))).one()
        for name, value in values.items():
            setattr(row, name, value)
        await session.commit()
        return row.id


async def test_a_template_is_checked_made_changed_and_audited(house: World) -> None:
    leader = await house.client("leader")
    wrong = TEMPLATE | {"text": "您好 {案件号}", "channel": "email"}
    error = (await _json(leader, "POST", "/message-templates", 422, wrong))["error"]
    assert error["fields"] == {
        "text": "没有占位符 {案件号}，是否想写 {案卷号}？",
        "subject": "请填写邮件标题",
    }
    made = await _json(leader, "POST", "/message-templates", 201, TEMPLATE)
    assert (made["move_label"], made["version"], made["enabled"]) == ("登记", 1, True)
    assert (await _json(leader, "POST", "/message-templates", 409, TEMPLATE))["error"]["code"] == "conflict"
    path = f"/message-templates/{made['id']}"
    changed = await _json(leader, "PATCH", path, 200, {"version": 1, "enabled": False})
    assert (changed["version"], changed["enabled"]) == (2, False)
    await _json(leader, "PATCH", path, 409, {"version": 1, "text": "x"})
    await _json(leader, "PATCH", path, 422, {"version": 2, "text": "{无此项}"})
    audited = [one.detail for one in await house.audit("notice_template:set")]
    assert audited[1] == {"enabled": [True, False]}
    assert len(audited) == 2


async def test_the_list_says_which_placeholders_and_gateways_there_are(house: World) -> None:
    leader = await house.client("leader")
    found = await _json(leader, "GET", "/message-templates", 200)
    assert found["gateways"] == {"sms": "log", "wechat": "log", "email": "log"}
    assert {"number", "note", "step"} <= {one["name"] for one in found["placeholders"]}
    await _json(await house.client("seat1"), "GET", "/message-templates", 403)


async def test_a_preview_is_of_an_example_or_of_a_case(house: World) -> None:
    case_id = await _register(house)
    async with house.sessions() as session:
        number = (await session.get_one(Case, case_id)).number
    leader = await house.client("leader")
    shown = await _json(leader, "POST", "/message-templates/preview", 200, TEMPLATE)
    assert shown == {"subject": "", "text": "案卷2102022026112300001：路灯不亮", "length": 26, "sms": 1}
    real = TEMPLATE | {"case_number": number}
    assert (await _json(leader, "POST", "/message-templates/preview", 200, real))["text"] == (
        f"案卷{number}：中山路路灯不亮"
    )
    await _json(leader, "POST", "/message-templates/preview", 404, real | {"case_number": "1"})


async def test_messages_are_listed_masked_and_filtered(house: World) -> None:
    case_id = await _register(house)
    leader = await house.client("leader")
    (message,) = (await _json(leader, "GET", "/messages?state=waiting&channel=sms", 200))["items"]
    assert (message["recipient"], message["case_id"]) == ("138****1234", case_id)
    assert message["text"].endswith("中山路路灯不亮")
    for query in ("state=sent", "channel=email", "recipient=13800001235", "case_number=1", "audience=unit"):
        assert (await _json(leader, "GET", f"/messages?{query}", 200))["items"] == []
    assert len((await _json(leader, "GET", "/messages?recipient=13800001234", 200))["items"]) == 1
    counts = (await _json(leader, "GET", "/messages/counts", 200))["items"]
    assert counts == [{"channel": "sms", "state": "waiting", "held": "", "count": 1}]
    await _json(await house.client("seat1"), "GET", "/messages", 403)
    at_case = await _json(await house.client("seat1"), "GET", f"/cases/{case_id}/messages", 200)
    assert [one["id"] for one in at_case["items"]] == [message["id"]]


async def test_of_a_confidential_case_no_digit_is_shown(house: World) -> None:
    case_id = await _register(house, confidential=True)
    seat = await house.client("seat1")
    (message,) = (await _json(seat, "GET", f"/cases/{case_id}/messages", 200))["items"]
    assert (message["recipient"], message["text"][-4:]) == ("****", "（保密）")
    await _json(await house.client("seat2"), "GET", f"/cases/{case_id}/contact", 403)


async def test_a_failed_message_goes_on_under_its_key(house: World) -> None:
    await _register(house)
    message_id = await _set(house, state=SendState.FAILED, why="对方应答 422", next_at=None)
    leader = await house.client("leader")
    again = await _json(leader, "POST", f"/messages/{message_id}/resend", 200)
    assert (again["id"], again["state"], again["why"]) == (message_id, "waiting", "")
    await _json(leader, "POST", f"/messages/{message_id}/resend", 409)
    assert len(await house.audit("message:resent")) == 1


async def test_a_sent_message_is_written_anew(house: World) -> None:
    await _register(house)
    message_id = await _set(house, state=SendState.SENT, next_at=None)
    leader = await house.client("leader")
    again = await _json(leader, "POST", f"/messages/{message_id}/resend", 200)
    assert (again["resent_of"], again["state"]) == (message_id, "waiting")
    async with house.sessions() as session:
        keys = list(await session.scalars(select(OutgoingMessage.key)))
    assert len(set(keys)) == 2


async def test_a_waiting_message_is_taken_back(house: World) -> None:
    await _register(house)
    message_id = await _set(house)
    leader = await house.client("leader")
    taken = await _json(leader, "POST", f"/messages/{message_id}/cancel", 200)
    assert (taken["state"], taken["why"]) == ("cancelled", "已人工取消")
    await _json(leader, "POST", f"/messages/{message_id}/cancel", 409)
    await _json(leader, "POST", "/messages/999/cancel", 404)
    assert len(await house.audit("message:cancelled")) == 1


async def test_what_a_reporter_left_is_kept_and_used(house: World) -> None:
    leader, seat = await house.client("leader"), await house.client("seat1")
    await _json(
        leader, "POST", "/message-templates", 201, TEMPLATE | {"channel": "email", "subject": "{案卷号}"}
    )
    case = await house.add_case(await house.add_call(seat="1001"))
    path = f"/cases/{case.id}/contact"
    wrong = (await _json(seat, "PUT", path, 422, {"email": "a@b", "wechat": "!!"}))["error"]["fields"]
    assert set(wrong) == {"email", "wechat"}
    left = {"email": "zhang@mail.example", "wechat": "", "language": "zh", "channel": "email"}
    assert await _json(seat, "PUT", path, 200, left) == left
    assert await _json(seat, "GET", path, 200) == left
    await _json(seat, "POST", f"/cases/{case.id}/moves/register", 200, {"version": case.version, **FORM})
    (message,) = (await _json(seat, "GET", f"/cases/{case.id}/messages", 200))["items"]
    assert (message["channel"], message["recipient"]) == ("email", "z***@mail.example")
    assert len(await house.audit("contact:set")) == 1


async def test_our_own_peoples_contacts(house: World) -> None:
    admin = await house.client("admin")
    people = (await _json(admin, "GET", "/staff-contacts", 200))["items"]
    leader = next(one for one in people if one["role"] == "shift_leader")
    path = f"/staff-contacts/{leader['account_id']}"
    await _json(admin, "PUT", path, 422, {"mobile": "0411-88886666"})
    answer = await _json(admin, "PUT", path, 200, {"mobile": "13900001111"})
    assert (answer["mobile"], answer["email"]) == ("13900001111", "")
    await _json(admin, "PUT", "/staff-contacts/999", 404, {})
    await _json(await house.client("leader"), "GET", "/staff-contacts", 403)


@pytest.mark.parametrize("path", ["/message-templates", "/messages", "/messages/counts", "/staff-contacts"])
async def test_answers_are_as_documented(world: World, path: str) -> None:
    admin = await world.client("admin")
    document = await _json(admin, "GET", "/openapi.json", 200)
    answer = await _json(admin, "GET", path, 200)
    schema = document["paths"][API + path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert mistakes(answer, schema, document) == []
