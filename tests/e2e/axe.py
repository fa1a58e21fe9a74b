"""Asks axe-core what of a page people with a disability could not use."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, expect

from tests.e2e.device import Device
from tests.harness.wait import until

SOURCE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
WAITING = ".van-skeleton, .el-skeleton, .el-loading-mask"
STILL = """new Promise(requestAnimationFrame).then(() => Promise.allSettled(
  document.getAnimations().filter((each) => each instanceof CSSTransition).map(({finished}) => finished)))"""
AT_REST = "new Promise((done) => requestAnimationFrame(() => requestIdleCallback(done, {timeout: 1000})))"
# The frames are the browser's own reader of PDFs.
RUN = """axe.run(document, {iframes: false, resultTypes: ['violations']}).then(({violations}) => violations
  .filter(({impact}) => impact === 'serious' || impact === 'critical')
  .flatMap(({id, nodes}) => nodes.map(({html, failureSummary}) => `${id}: ${html.slice(0, 200)} ${failureSummary}`)))"""


async def settle(device: Device) -> None:
    """Nothing is loading any more, and no colour is on its way to another one."""
    page = device.page
    await until(lambda: is_quiet(device), 30)
    await expect(page.locator("#app[data-v-app] > *").first).to_be_attached()
    await expect(page.locator("aside.missing"), f"{page.url} did not come").to_have_count(0)
    await expect(page.locator(WAITING).locator("visible=true"), f"{page.url} goes on loading").to_have_count(0)
    await page.evaluate(STILL)


async def is_quiet(device: Device) -> bool:
    """Nothing is under way, and what came led to no further question (`networkidle` would wait half a second more)."""
    n_requests = device.n_requests
    await device.page.evaluate(AT_REST)
    return not device.under_way and device.n_requests == n_requests


async def findings(page: Page) -> list[str]:
    """The serious and the critical ones: rule, element, why."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(SOURCE.read_text(encoding="utf-8"))
    found: list[str] = await page.evaluate(RUN)
    return found
