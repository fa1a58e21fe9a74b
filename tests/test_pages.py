"""The web app's files: hashed ones for ever, pages asked for again, nothing outside."""

from __future__ import annotations

from pathlib import Path

import httpx

from server.pages import ASK_AGAIN, FOR_EVER, Pages


def built(folder: Path) -> Path:
    dist = folder / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("phone")
    (dist / "console.html").write_text("console")
    (dist / "sw.js").write_text("worker")
    (dist / "assets" / "a-1.js").write_text("script")
    (folder / "secret.txt").write_text("secret")
    return dist


async def fetch(dist: Path, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=Pages(dist))
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        return await client.request(method, path, headers=headers)


async def test_each_path_is_answered_by_its_page_or_file(tmp_path: Path) -> None:
    dist = built(tmp_path)
    expected = {
        "/": (200, "phone", ASK_AGAIN),
        "/class/abc": (200, "phone", ASK_AGAIN),
        "/consoles": (200, "phone", ASK_AGAIN),
        "/console": (200, "console", ASK_AGAIN),
        "/console/class/abc": (200, "console", ASK_AGAIN),
        "/sw.js": (200, "worker", ASK_AGAIN),
        "/assets/a-1.js": (200, "script", FOR_EVER),
    }
    found = {}
    for path in expected:
        response = await fetch(dist, path)
        found[path] = (response.status_code, response.text, response.headers["Cache-Control"])
    assert found == expected


async def test_what_is_not_there_is_not_a_page(tmp_path: Path) -> None:
    dist = built(tmp_path)
    for path in ("/assets/gone.js", "/favicon.ico", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/a%00.js"):
        assert (path, (await fetch(dist, path)).status_code) == (path, 404)


async def test_only_reading_is_possible(tmp_path: Path) -> None:
    response = await fetch(built(tmp_path), "/", "POST")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")


async def test_what_did_not_change_is_not_sent_again(tmp_path: Path) -> None:
    dist = built(tmp_path)
    first = await fetch(dist, "/")
    again = await fetch(dist, "/", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.text) == (304, "")


async def test_an_app_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    response = await fetch(tmp_path / "nothing", "/")
    assert (response.status_code, response.text) == (503, "The web app is not built yet: make web\n")
