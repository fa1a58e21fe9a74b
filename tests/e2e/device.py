"""One device of one person: a browser of its own, and an account of what it did behind what it shows."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, StorageState, expect

from tests.e2e import pictures

# How long a busy machine may take to show something; no promise of ours.
WAIT_MS = 30_000

# What a browser remarks when the service worker takes over while a page is being loaded, which it is all the same.
TAKEN_OVER = "cross-world service worker resource mismatch"

expect.set_options(timeout=WAIT_MS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What kind of device it is. `zoom`: the browser's own, which leaves fewer and larger pixels to the page.

    `has_motion`: most stories are told without, which is a good part of their time.
    """

    width: int
    height: int
    scale: float = 2
    zoom: float = 1
    is_phone: bool = True
    language: str = "zh-CN"
    is_dark: bool = False
    has_motion: bool = False


@dataclass(kw_only=True)
class Device:
    # No slots: the browser's library hangs what it makes of a listener on the listener's object.
    name: str
    url: str
    context: BrowserContext
    page: Page
    n_loads: int = 0
    n_requests: int = 0
    under_way: set[Request] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=lambda: [TAKEN_OVER])

    def watch(self) -> None:
        self.page.on("load", self._loaded)
        self.page.on("request", self._request)
        self.page.on("requestfinished", self._answered)
        self.page.on("requestfailed", self._answered)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.troubles.append(f"thrown: {error}"))

    def forgive(self, *parts: str) -> None:
        """What the test itself brings about, for instance a lost network, may be told of in the browser's log."""
        self.forgiven.extend(parts)

    def grievances(self) -> list[str]:
        return [each for each in self.troubles if not any(part in each for part in self.forgiven)]

    async def open(self, path: str) -> None:
        await self.page.goto(f"{self.url}{path}")

    def text(self, text: str) -> Locator:
        return self.page.get_by_text(text)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def press(self, name: str) -> None:
        await self.button(name).click()

    async def sees(self, *texts: str) -> None:
        for text in texts:
            await expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible()

    async def sees_no(self, *texts: str) -> None:
        for text in texts:
            await expect(self.page.get_by_text(text).locator("visible=true")).to_have_count(0)

    async def picture(self, name: str) -> None:
        """Keep what is on the screen for the tour."""
        if not (folder := pictures.folder()):
            return
        screenshot = await self.page.screenshot(animations="disabled", caret="hide")
        pictures.keep(screenshot, folder / f"{name}.png")

    def _loaded(self, _: Page) -> None:
        self.n_loads += 1

    def _request(self, request: Request) -> None:
        self.n_requests += 1
        self.under_way.add(request)
        if request.resource_type in ("fetch", "xhr", "document", "eventsource"):
            self.asked.append(f"{request.method} {request.url.removeprefix(self.url)}")

    def _answered(self, request: Request) -> None:
        self.under_way.discard(request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")


@contextlib.asynccontextmanager
async def device(
    browser: Browser, name: str, url: str, look: Look, memory: dict[str, str] | None = None
) -> AsyncIterator[Device]:
    """`memory`: what the browser keeps from before, in its local storage."""
    state: StorageState = {
        "cookies": [],
        "origins": [
            {
                "origin": url,
                "localStorage": [{"name": key, "value": value} for key, value in (memory or {}).items()],
            }
        ],
    }
    context = await browser.new_context(
        viewport={"width": round(look.width / look.zoom), "height": round(look.height / look.zoom)},
        device_scale_factor=look.scale * look.zoom,
        is_mobile=look.is_phone,
        has_touch=look.is_phone,
        locale=look.language,
        color_scheme="dark" if look.is_dark else "light",
        reduced_motion="no-preference" if look.has_motion else "reduce",
        timezone_id="Asia/Shanghai",
        storage_state=state,
    )
    try:
        context.set_default_timeout(WAIT_MS)
        opened = Device(name=name, url=url, context=context, page=await context.new_page())
        opened.watch()
        yield opened
    finally:
        await context.close()
