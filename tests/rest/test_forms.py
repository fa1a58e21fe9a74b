"""Bodies of forms: no endpoint takes one, whatever its sort (docs/security.md, 91)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.rest.routes import ENDPOINTS
from tests.harness.site import Site

PARTS = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
FORMS = {
    "many parts": (b"multipart/form-data; boundary=x", PARTS * 200, True),
    "line ends before the boundary": (b"multipart/form-data; boundary=x", b"\r\n" * 5_000 + PARTS, True),
    "no boundary": (b"multipart/form-data", PARTS, False),
    "a field without a name": (b"multipart/form-data; boundary=x", PARTS.replace(b'; name="a"', b""), False),
    "letters of a form": (b"application/x-www-form-urlencoded", b"phone=13800000000&purpose=login", False),
}


@pytest.mark.parametrize("name", FORMS)
async def test_security_91_a_form_is_no_message(site: Site, name: str) -> None:
    content_type, content, is_long = FORMS[name]
    answer = await site.client.post("/api/codes", content=content, headers={"Content-Type": content_type.decode()})
    expected = (413, "too_large") if is_long and len(content) > 16_384 else (400, "bad_message")
    assert (answer.status_code, answer.json()["code"]) == expected
    assert site.sms.messages == []


async def test_security_91_a_million_parts_are_not_read_to_their_end(site: Site) -> None:
    n_sent = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal n_sent
        while n_sent < 1_000_000:
            n_sent += 100
            yield PARTS * 100

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await site.client.post("/api/codes", content=parts(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert n_sent < 1_000


def test_security_70_there_are_no_certification_papers() -> None:
    """A certification is a number and a code: nothing is uploaded for it, so nothing can be looked at by others."""
    uploads = {each.path for each in ENDPOINTS if each.is_upload}
    assert [path for path in uploads if "certification" in path] == []
