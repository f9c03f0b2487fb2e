"""The player on a real recording in a real Chromium: everything it does, with the mouse and by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Route, expect

from core.audit import Action
from recorder.tables import Recording, RecordingState
from tests.browser.recordings.conftest import OpenPage, Recorder
from tests.browser.recordings.player_page import SPY, Player
from tests.browser.recordings.sound import noise, tone
from tests.web.world import World

#: Bars of the caller's track and of the hotline's, not yet played.
COLOURS = [["227,171,128"], ["147,182,222"]]


async def test_it_plays_seeks_and_follows(player: Player, world: World) -> None:
    drawn = await player.waves.locator("canvas").first.evaluate(
        """canvas => [0, 1].map(track => {
          const half = canvas.height / 2
          const data = canvas.getContext('2d').getImageData(0, track * half, canvas.width, half).data
          const colours = new Set()
          for (let at = 0; at < data.length; at += 4) {
            if (data[at + 3] === 255) colours.add(data.slice(at, at + 3).join())
          }
          return [...colours]
        })"""
    )
    assert drawn == COLOURS
    assert await world.audit(Action.RECORDING_PLAYED) == [], "fetched before anybody listened"

    await player.press("ArrowRight", "ArrowRight", "Shift+ArrowRight")
    await player.at(11)
    await player.press("ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowLeft")
    await player.at(4)
    await player.press("Home", "ArrowLeft")
    await player.at(0)
    box = await player.waves.bounding_box()
    assert box is not None
    await player.waves.click(position={"x": box["width"] / 2, "y": 20})
    await player.at(30)
    await player.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 30)
    await player.page.mouse.down()
    await player.page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 30, steps=4)
    await player.page.mouse.up()
    await player.at(15)

    last = player.part("utterance").last
    await expect(last).not_to_be_in_viewport()
    await player.words.filter(has_text="去").click()
    await expect(player.spoken).to_have_text("去")
    await player.watch()
    await player.press(" ")
    await player.says("谢谢")
    await expect(last).to_be_in_viewport()
    await player.press(" ")
    await player.stands()
    await player.press("End", "ArrowRight")
    await player.at(60)
    assert await world.audit(Action.RECORDING_PLAYED) != []


async def test_speeds_keep_the_pitch_and_each_side_has_its_volume(
    open_page: OpenPage, recorder: Recorder
) -> None:
    page = await open_page("seat1")
    await page.add_init_script(SPY)
    sides = {"caller": tone(500, 30), "hotline": tone(800, 30)}
    player = await Player(page).open(await recorder.take_in(sides=sides, codec="wav"), words=False)
    # What is measured goes through the audio graph, which a muted side brings about.
    await player.press("2")
    plain = await player.hear(until=1)
    assert plain.left.loud > 0.1 and plain.left.hertz == pytest.approx(500, abs=20)
    assert plain.right.loud < 0.001

    await player.press("2", "]", "]", "]", "]", "]", "]", "]", "]")
    assert await player.audio("[a.playbackRate, a.preservesPitch]") == [3, True]
    await player.press("[", "[", "[", "[", "[", "[", "[", "[", "[", "[")
    await expect(player.part("rate")).to_contain_text("0.5×")
    await player.press("=", "]", "]", "]", "]")
    assert await player.audio("a.playbackRate") == 2
    fast = await player.hear(until=3)
    assert fast.left.hertz == pytest.approx(500, abs=20)
    assert fast.right.hertz == pytest.approx(800, abs=20)

    await player.press("1")
    muted = await player.hear(until=3)
    assert muted.left.loud < 0.001 and muted.right.hertz == pytest.approx(800, abs=20)

    await player.press("1", "2", "=")
    await player.part("volumes").click()
    await player.part("together").click()
    await player.page.locator('[data-volume="caller"] [role="slider"]').press("End")
    await player.press("Escape")
    await player.waves.focus()
    doubled = await player.hear(until=1)
    assert doubled.left.loud == pytest.approx(2 * plain.left.loud, rel=0.1)
    assert doubled.right.loud == pytest.approx(2 * plain.left.loud, rel=0.1)
    assert doubled.right.hertz == pytest.approx(500, abs=20)


async def test_silence_is_skipped_and_a_stretch_repeated(player: Player) -> None:
    # From 21 to 36 s nobody says anything.
    await player.words.filter(has_text="门口").click()
    await player.press("s")
    await expect(player.part("skip")).to_have_attribute("aria-pressed", "true")
    await player.watch()
    await player.press(" ")
    await player.passes(36)
    await player.press(" ", "s")
    await player.stands()
    assert not {second for second in await player.seen() if 24 <= second <= 33}

    await player.press(
        "Home", "ArrowRight", "a", "Shift+ArrowRight", "b", "Home", "ArrowRight", "]", "]", "]", "]"
    )
    await expect(player.part("loop")).to_be_visible()
    await player.watch()
    await player.press(" ")
    await player.page.wait_for_function("() => window.seen.join().split('6,5').length > 2")
    assert max(await player.seen()) <= 6
    await player.press("x")
    await expect(player.part("loop")).to_be_hidden()
    await player.passes(8)
    await player.press(" ")
    box = await player.waves.bounding_box()
    assert box is not None
    await player.page.keyboard.down("Shift")
    await player.page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 90)
    await player.page.mouse.down()
    await player.page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 90, steps=4)
    await player.page.mouse.up()
    await player.page.keyboard.up("Shift")
    style = re.compile(r"left: 20\.?\d*%; width: 20\.?\d*%")
    await expect(player.part("loop")).to_have_attribute("style", style)


async def test_marks_are_written_changed_and_removed(
    open_page: OpenPage, player: Player, recording: Recording, world: World
) -> None:
    await player.press("ArrowRight", "m")
    # A caller's markup is text, and letters typed into a field steer nothing.
    await player.page.keyboard.type("sab=]k <img src=x>")
    await player.press("Enter")
    await expect(player.pins).to_have_count(1)
    await player.at(5)
    await player.stands()
    await expect(player.part("skip")).to_have_attribute("aria-pressed", "false")
    await player.press("ArrowRight", "a", "ArrowRight", "b", "m", "Enter")
    await expect(player.pins).to_have_count(2)
    await player.part("tab-marks").click()
    marks = player.page.locator("[data-mark]")
    await expect(marks).to_contain_text([re.compile("0:05.*<img src=x>"), re.compile("0:10–0:15")])
    await marks.first.locator("[data-test=mark-edit]").click()
    await player.part("mark-text").fill("先报了工号")
    await player.part("mark-save").click()
    await expect(marks.first).to_contain_text("先报了工号")
    await expect(marks.first).to_contain_text("已修改")

    leader = await Player(await open_page("leader")).open(recording)
    await expect(leader.pins).to_have_count(2)
    await leader.part("tab-marks").click()
    await expect(leader.page.locator("[data-mark]").first).to_contain_text("Seat1")
    await expect(leader.page.locator("[data-test=mark-edit]")).to_have_count(0)

    await player.waves.focus()
    await player.press("Home", ".")
    await player.at(5)
    await player.press(".")
    await player.at(10)
    await marks.last.locator("[data-test=mark-remove]").click()
    await player.page.get_by_role("button", name="删除", exact=True).last.click()
    await expect(player.pins).to_have_count(1)
    for action, times in ((Action.RECORDING_MARKED, 2), (Action.MARK_CHANGED, 1), (Action.MARK_REMOVED, 1)):
        assert len(await world.audit(action)) == times


async def test_a_moment_is_shared_opened_and_revoked(
    open_page: OpenPage, player: Player, world: World
) -> None:
    await player.press("ArrowRight", "ArrowRight", "ArrowRight", "l")
    await player.part("share-make").click()
    await expect(player.part("share-link")).to_be_visible()
    link = await player.part("share-link").input_value()
    assert "#" in link
    leader = Player(await open_page("leader"))
    await leader.page.goto(link)
    await leader.at(15)
    assert "#" not in leader.page.url
    other = await open_page("seat2")
    await other.goto(link)
    await expect(other.locator("[data-test=failure]")).to_contain_text("没有收听这段录音的权限")
    await player.page.locator("[data-revoke]").click()
    await expect(player.part("share-link")).to_be_hidden()
    await leader.page.goto("/cases")
    await leader.page.goto(link)
    await expect(leader.page.locator("[data-test=failure]")).to_contain_text("已撤销")
    assert len(await world.audit(Action.SHARE_REFUSED)) == 1


async def test_everything_can_be_done_by_keyboard(player: Player) -> None:
    page = player.page
    await player.press("?")
    keys = player.part("player-keys")
    await expect(keys.locator("kbd")).to_have_count(23)
    await player.press("Escape")
    await expect(keys).to_be_hidden()
    # To a word, its second and back to the player without a mouse.
    await player.words.filter(has_text="中山路").focus()
    await player.press("Enter")
    await expect(player.spoken).to_have_text("中山路")
    await player.part("volumes").focus()
    await player.press("Enter")
    slider = page.locator('[data-volume="caller"] [role="slider"]')
    await expect(slider).to_be_visible()
    await player.tab_to(slider)
    await player.press("ArrowLeft")
    await expect(slider).to_have_attribute("aria-valuenow", "0.95")
    await player.press("Escape")
    await expect(slider).to_be_hidden()
    await player.part("tab-marks").focus()
    await player.press("Enter", "m")
    await page.keyboard.type("地点")
    await player.press("Enter")
    await expect(player.pins).to_have_count(1)
    await player.tab_to(page.locator("[data-mark] [data-word]"))
    await player.press("Home", "Enter")
    await player.press("l")
    await player.tab_to(player.part("share-make"))
    await player.press("Enter")
    await expect(player.part("share-link")).to_be_visible()
    await player.press("Escape")
    await expect(player.part("share-dialog")).to_be_hidden()
    await page.locator("[data-test=language]").click()
    await player.press("?")
    await expect(keys).to_contain_text("Skip silence")
    assert not re.search(r"[\u4e00-\u9fff]", await keys.inner_text())


async def test_a_seek_into_a_long_recording_fetches_little(open_page: OpenPage, recorder: Recorder) -> None:
    long = noise(600)
    recording = await recorder.take_in(sides={"caller": long, "hotline": long}, codec="wav")
    player = await Player(await open_page("seat1")).open(recording, "?t=540", words=False)
    fetched: list[int] = []
    line = await player.page.context.new_cdp_session(player.page)
    line.on("Network.dataReceived", lambda event: fetched.append(event["dataLength"]))
    await line.send("Network.enable")
    await player.at(540)
    await player.press(" ")
    await player.passes(541)
    whole = 2 * 2 * 8000 * 600
    assert 0 < sum(fetched) < whole / 3


@pytest.mark.parametrize("codec", ["flac", "wav"])
async def test_other_codecs_play_and_seek_too(open_page: OpenPage, recorder: Recorder, codec: str) -> None:
    recording = await recorder.take_in(codec=codec)
    assert f".{codec}" in recording.archive_key
    player = await Player(await open_page("seat1")).open(recording)
    await player.words.filter(has_text="明白").click()
    await player.press(" ")
    await player.passes(47)


async def test_stretches_that_were_not_recorded_are_marked(open_page: OpenPage, recording: Recording) -> None:
    page = await open_page("seat1")
    gap = {"side": "both", "from_s": 24.0, "to_s": 33.0, "why": "bank"}

    async def with_gap(route: Route) -> None:
        answer = await route.fetch()
        call = await answer.json()
        call["recording"]["gaps"] = [gap]
        await route.fulfill(response=answer, json=call)

    await page.route(f"**/api/v1/calls/{recording.call_id}", with_gap)
    player = await Player(page).open(recording, "?t=42")
    await player.at(42)
    await player.stands()
    await expect(player.part("gap")).to_have_attribute("style", re.compile(r"left: 40%; width: 15%"))
    await expect(player.part("gap")).to_have_attribute("title", re.compile("暂停录音 0:24–0:33"))


async def test_a_reason_is_asked_and_an_archive_that_is_away_is_told(
    open_page: OpenPage, recording: Recording, world: World
) -> None:
    retention = world.settings.retention.model_copy(update={"reason": "always"})
    object.__setattr__(world.settings, "retention", retention)
    player = await Player(await open_page("leader")).open(recording)
    await player.press("ArrowRight", " ")
    await expect(player.failure).to_contain_text("调听事由")
    await player.part("note").fill("处理投诉")
    await player.page.locator("[data-choice=say]").click()
    await player.passes(6)
    await expect(player.failure).to_be_hidden()
    (row,) = await world.audit(Action.RECORDING_REASON)
    assert row.detail["reason"] == "处理投诉"

    place = world.settings.archive_dir / recording.archive_key
    away = place.with_name("away")
    player = await player.open(recording)
    place.rename(away)
    await player.press(" ")
    await expect(player.failure).to_be_visible()
    away.rename(place)
    await player.failure.get_by_role("button", name="重试").click()
    await player.passes(1)
    await expect(player.failure).to_be_hidden()


async def test_recordings_that_cannot_play_say_why(
    open_page: OpenPage, recording: Recording, world: World
) -> None:
    page = await open_page("seat2")
    await page.goto(f"/calls/{recording.call_id}")
    await expect(page.locator("[data-test=player]")).to_contain_text("没有收听这段录音的权限")
    page = await open_page("seat1")
    for state, told in (
        (RecordingState.DELETED, "已按规定删除"),
        (RecordingState.DAMAGED, "录音损坏"),
        (RecordingState.STAGED, "归档"),
    ):
        async with world.sessions.begin() as db:
            (await db.get_one(Recording, recording.id)).state = state
        await page.goto(f"/calls/{recording.call_id}")
        await expect(page.locator("[data-test=player]")).to_contain_text(told)
