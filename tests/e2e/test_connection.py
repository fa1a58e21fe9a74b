"""A phone that loses the network, or its place in the class; and the app that opens without either."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.campus import Campus
from tests.e2e.lesson import PHONES, a_lesson
from tests.e2e.places import App
from tests.e2e.test_axe import BEFORE, LOOKS
from tests.harness.wait import until

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.limit(240)]

KEPT = """async () => {
    const wait = (request) => new Promise((done) => { request.onsuccess = () => done(request.result) })
    const database = await wait(indexedDB.open('shangke', 1))
    const ids = await wait(database.transaction('wishes').objectStore('wishes').getAllKeys())
    database.close()
    return ids
}"""
# The service worker has all it needs to open the app.
READY = "async () => (await navigator.serviceWorker.ready).active.scriptURL"
NO_NETWORK = ("ERR_INTERNET_DISCONNECTED", "WebSocket connection to")


async def nothing(_: Locator) -> None:
    """As the composer proposes it."""


async def test_an_answer_given_without_network_is_sent_once_after_a_reload(campus: Campus) -> None:
    async with a_lesson(campus) as lesson:
        await lesson.start()
        one, other, third = lesson.phones
        one.forgive(*NO_NETWORK)
        await lesson.draft("check_in", "签到", nothing)
        await lesson.publish("签到")
        await lesson.enter()

        await one.page.evaluate(READY)
        await one.context.set_offline(True)
        await one.sees("离线")
        await one.picture("phone-offline")
        await one.page.locator("button.sign").tap()
        await expect(one.page.get_by_label("正在签到")).to_be_visible()
        await one.picture("phone-pending")
        id = await kept_command(one.page)

        # Reloaded from what the service worker keeps, still without network.
        await one.page.reload()
        await one.sees("离线")
        assert await kept_command(one.page) == id

        # Meanwhile the class goes on.
        await other.page.locator("button.sign").tap()
        await other.sees("Present")
        await expect(lesson.panel.locator(".here")).to_have_text("到课 1 / 5")

        await one.context.set_offline(False)
        await one.sees("已签到")
        await expect(lesson.panel.locator(".here")).to_have_text("到课 2 / 5")
        sent = await campus.school.db.fetchval(
            "SELECT command_id FROM response WHERE activity_id = $1 AND account_id = $2 AND rev = 1",
            await lesson.activity("签到"),
            lesson.students[0].account,
        )
        assert sent == id
        await third.sees_no("离线")
        assert (one.n_loads, other.n_loads, third.n_loads) == (2, 1, 1)
        assert [each.grievances() for each in lesson.devices] == [[]] * 5


@pytest.mark.parametrize("app", ["phone", "console"])
async def test_a_page_whose_code_does_not_come_says_so_and_comes_when_asked_again(campus: Campus, app: App) -> None:
    for name in ("LogIn", "zh"):
        async with campus.device(app, LOOKS[app]) as device:
            device.forgive("ERR_FAILED", "dynamically imported module")
            lost = re.compile(rf"/assets/{name}-[^/]*\.js$")
            await device.context.route(lost, lambda route: route.abort())
            await device.open(f"{BEFORE[app]}/login")
            await device.sees("页面没有加载出来，请检查网络")
            await device.picture(f"{app}-missing-{name}")
            await device.context.unroute(lost)
            await device.page.get_by_role("button", name="重试").click()
            await device.sees("手机号")
            await device.sees_no("页面没有加载出来，请检查网络")
            assert (device.n_loads, device.grievances()) == (2, [])


async def test_whoever_is_removed_knows_at_once(campus: Campus) -> None:
    async with a_lesson(campus) as lesson:
        await lesson.start()
        one, other, _ = lesson.phones
        await lesson.draft("check_in", "签到", nothing)
        await lesson.publish("签到")
        await lesson.enter(other)
        await lesson.console.page.get_by_role("tab", name="成员").click()
        await lesson.console.press("Emma Zhang 的操作")
        await lesson.console.page.get_by_role("menuitem", name="移出课堂").click()
        await lesson.console.page.get_by_role("dialog").get_by_role("button", name="移出课堂").click()
        await other.sees("You are no longer in this classroom", "Your teacher may have removed you")
        await other.picture("phone-removed")
        await one.sees("已连接")
        await expect(lesson.console.page.get_by_role("tab", name="成员")).to_have_text("成员 4")
        await lesson.check()


async def test_the_app_is_installable_and_opens_without_network(campus: Campus) -> None:
    person = await campus.person("李子涵")
    await campus.classroom(await campus.person("王晓岚"), person)
    async with campus.device("phone", PHONES[0], person) as phone:
        phone.forgive(*NO_NETWORK)
        await phone.open("/classrooms")
        await phone.sees("高等数学（上）")
        manifest = await phone.page.evaluate(
            "async () => (await fetch(document.querySelector('link[rel=manifest]').href)).json()"
        )
        assert (manifest["name"], manifest["display"], manifest["start_url"]) == ("上课 · 实时课堂", "standalone", "/")
        assert await phone.page.evaluate(READY) == f"{phone.url}/sw.js"
        await phone.context.set_offline(True)
        await phone.open("/account")
        await phone.sees("李子涵")
        await phone.open("/classrooms")
        await phone.sees("离线")
        await phone.picture("phone-offline-shell")
        await phone.context.set_offline(False)
        await phone.sees("已连接", "高等数学（上）")
        assert phone.grievances() == []


async def kept_command(page: Page) -> str:
    """The id of the one command that this browser keeps until it is answered."""
    ids: list[str] = []

    async def is_kept() -> bool:
        ids[:] = await page.evaluate(KEPT)
        return len(ids) == 1

    await until(is_kept, limit_s=15)
    return ids[0]
