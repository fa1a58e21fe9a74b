"""Asks axe-core what of a page people with a disability could not use."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, expect

SOURCE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
WAITING = ".van-skeleton, .el-skeleton, .el-loading-mask"
STILL = """new Promise(requestAnimationFrame).then(() => Promise.allSettled(
  document.getAnimations().filter((each) => each instanceof CSSTransition).map(({finished}) => finished)))"""
# The frames are the browser's own reader of PDFs.
RUN = """axe.run(document, {iframes: false, resultTypes: ['violations']}).then(({violations}) => violations
  .filter(({impact}) => impact === 'serious' || impact === 'critical')
  .flatMap(({id, nodes}) => nodes.map(({html, failureSummary}) => `${id}: ${html.slice(0, 200)} ${failureSummary}`)))"""


async def settle(page: Page) -> None:
    """Nothing is loading any more, and no colour is on its way to another one."""
    await page.wait_for_load_state("networkidle")
    await expect(page.locator("#app[data-v-app] > *").first).to_be_attached()
    await expect(page.locator("aside.missing"), f"{page.url} did not come").to_have_count(0)
    await expect(page.locator(WAITING).locator("visible=true"), f"{page.url} goes on loading").to_have_count(0)
    await page.evaluate(STILL)


async def findings(page: Page) -> list[str]:
    """The serious and the critical ones: rule, element, why."""
    await page.evaluate(SOURCE.read_text(encoding="utf-8"))
    found: list[str] = await page.evaluate(RUN)
    return found
