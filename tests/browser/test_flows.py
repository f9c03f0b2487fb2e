"""A menu is changed without programming: edited, checked, published, rolled back."""

from __future__ import annotations

from importlib import resources

from playwright.async_api import expect

from tests.browser.pages import Console, by_test_id
from tests.browser.voice_pages import FlowPage
from tests.instance import HotlineInstance

#: Not the one in use, so that callers of other tests do not meet what is published here.
FLOW = "no_menu"
ORPHAN = '\n[steps.lonely]\nlabel = "无人到达"\ngoodbye = true\n'


def packaged() -> str:
    return (resources.files("ivr.flows") / f"{FLOW}.toml").read_text(encoding="utf-8")


def with_comment(comment: str) -> str:
    return f"# {comment}\n{packaged()}"


async def publish_elsewhere(hotline: HotlineInstance, text: str, note: str) -> None:
    """Publish as somebody at another desk would."""
    client = await hotline.log_in("admin")
    try:
        path = f"/api/v1/flows/{FLOW}"
        version = (await hotline.get(client, path))["version"]
        body = {"text": text, "note": note, "based_on": version}
        async with client.post(f"{path}/publish", json=body) as answer:
            assert answer.status == 200, await answer.text()
    finally:
        await client.close()


async def test_problem_is_marked_then_fixed_published_and_rolled_back(admin: Console) -> None:
    await admin.page.goto("/settings/flows")
    await admin.page.locator(f'[data-flow="{FLOW}"]').click()
    flow = FlowPage(admin.page)
    await flow.sound()
    line = len(packaged().splitlines()) + 2
    await flow.write(packaged() + ORPHAN)
    await expect(flow.problems).to_have_attribute("data-count", "1")
    await expect(flow.problems).to_contain_text(f"第 {line} 行")
    await expect(admin.page.locator(".cm-lint-marker-error")).to_be_visible()
    await expect(flow.publish_button).to_be_disabled()

    await flow.write(with_comment("改好了"))
    await flow.sound()
    await flow.publish_button.click()
    await expect(flow.diff).to_contain_text("改好了")
    await flow.confirm("加一句说明")
    await expect(flow.version).to_have_text("第 1 版")
    await expect(flow.unsaved).to_have_count(0)

    await flow.show_history()
    await expect(flow.entry(1)).to_contain_text("加一句说明")
    await flow.entry(0).locator('[data-test="roll-back"]').click()
    await flow.confirm()
    await expect(flow.version).to_have_text("第 2 版")
    await expect(flow.entry(2)).to_contain_text("恢复到随产品附带")
    await admin.page.reload()
    await expect(flow.text).not_to_contain_text("改好了")


async def test_who_publishes_second_sees_the_difference_and_keeps_the_changes(
    admin: Console, hotline: HotlineInstance
) -> None:
    flow = await FlowPage(admin.page).open(FLOW)
    await flow.write(with_comment("我的修改"))
    await flow.sound()
    await publish_elsewhere(hotline, with_comment("别人的修改"), "别人先发布")
    await flow.publish("我的说明")
    await expect(flow.overtaken).to_be_visible()
    await flow.overtaken.get_by_role("button").click()
    await expect(flow.diff).to_contain_text("别人的修改")
    await flow.confirm()
    await expect(flow.text).to_contain_text("我的修改")
    await expect(flow.unsaved).to_have_count(0)


async def test_changes_are_not_lost_by_leaving(admin: Console) -> None:
    flow = await FlowPage(admin.page).open(FLOW)
    await flow.write(with_comment("还没发布"))
    await expect(flow.unsaved).to_be_visible()
    await by_test_id(admin.page, "nav-queues").click()
    await admin.page.get_by_role("button", name="取消").click()
    await expect(flow.text).to_contain_text("还没发布")
    await by_test_id(admin.page, "nav-queues").click()
    await admin.page.get_by_role("button", name="离开").click()
    await expect(by_test_id(admin.page, "queues")).to_be_visible()
    await admin.page.go_back()
    await expect(flow.text).to_contain_text("还没发布")
    await by_test_id(admin.page, "discard").click()
    await admin.page.get_by_role("dialog").get_by_role("button", name="放弃修改").click()
    await expect(flow.text).not_to_contain_text("还没发布")


async def test_a_step_of_the_graph_leads_to_its_lines_and_prompts(leader: Console) -> None:
    flow = await FlowPage(leader.page).open("full_menu")
    await expect(by_test_id(leader.page, "read-only")).to_be_visible()
    await expect(flow.publish_button).to_have_count(0)
    await flow.node("language").click()
    await expect(leader.page.locator(".cm-activeLine")).to_have_text("[steps.language]")
    await expect(flow.prompts).to_contain_text("menu-language")
    listen = flow.prompts.locator('[data-test="listen"]').first
    async with leader.page.expect_response("**/prompts/zh_CN/**/audio") as answer:
        await listen.click()
    assert (await answer.value).ok
    await expect(listen).to_have_attribute("aria-pressed", "true")
