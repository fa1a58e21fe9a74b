"""The web app's files as Vite built them: two pages, hashed assets for ever, everything else asked for again."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

DIST = Path(__file__).parents[1] / "web" / "dist"
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
_FILE = re.compile(r"\.[0-9a-z]{1,11}$")
_CONSOLE = re.compile(r"^/console(/|$)")


class Pages:
    """A path without an ending is a view of a page, which the page itself tells apart."""

    def __init__(self, folder: Path = DIST) -> None:
        self._folder = folder
        self._files = StaticFiles(directory=folder, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            # There is one socket, and it is elsewhere.
            await send({"type": "websocket.close", "code": 1008})
            return
        response = await self._respond(scope)
        await response(scope, receive, send)

    async def _respond(self, scope: Scope) -> Response:
        path: str = scope["path"]
        if not self._folder.is_dir():
            return PlainTextResponse("The web app is not built yet: make web\n", 503)
        if not _FILE.search(path):
            path = "/console.html" if _CONSOLE.match(path) else "/index.html"
        try:
            response = await self._files.get_response(path.lstrip("/"), scope)
        except HTTPException as error:
            headers = {"Allow": "GET, HEAD"} if error.status_code == 405 else None
            return PlainTextResponse(error.detail, error.status_code, headers=headers)
        response.headers["Cache-Control"] = FOR_EVER if path.startswith("/assets/") else ASK_AGAIN
        return response
