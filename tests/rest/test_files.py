"""Files: what is taken, what is kept of it, who may open it and how it is served."""

from __future__ import annotations

import asyncio
import hashlib
import os
import resource
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from urllib.parse import quote, urlsplit

import httpx
import pytest
from PIL import Image

from protocol.envelopes import Body
from protocol.ids import AccountId, FileId
from server.files.link import make_link
from server.files.receive import MOST_BYTES, sweep
from server.ids import draw_id
from server.limiter import UPLOADS
from server.rest.files import MOST_BYTES_OF_CLASSROOM
from tests.harness.site import Person, Site


def an_image(kind: str, size: tuple[int, int] = (8, 6), **save: object) -> bytes:
    made = BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(made, kind, **save)
    return made.getvalue()


def a_pdf(size: int = 2_000) -> bytes:
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"x" * (size - 21) + b"\n%%EOF"


PNG = an_image("PNG")


async def upload(site: Site, person: Person, classroom: str, content: bytes, name: str = "") -> httpx.Response:
    path = f"/api/classrooms/{classroom}/files?name={quote(name)}"
    return await site.client.post(path, content=content, headers=person.headers)


async def link(site: Site, person: Person, file: str) -> str:
    """The path and query of a fresh link."""
    answer = await site.get(f"/api/files/{file}/link", person)
    assert answer.status_code == 200, answer.text
    parts = urlsplit(answer.json()["url"])
    assert (parts.scheme, parts.netloc) == ("https", "class.example")
    return f"{parts.path}?{parts.query}"


async def rows(site: Site) -> int:
    count: int = await site.database.fetchval("SELECT count(*) FROM file")
    return count


def kept(site: Site) -> list[str]:
    """Every file on the disk, whole or not."""
    data = site.services.config.data
    return [name for folder in ("files", "incoming") for _, _, names in os.walk(data / folder) for name in names]


async def test_a_pdf_comes_back_byte_for_byte_as_a_download(site: Site) -> None:
    teacher, student = await site.register("Ma"), await site.register("Lin")
    classroom = await site.classroom(teacher, student)
    content = a_pdf(300_000)
    answer = await upload(site, teacher, classroom, content, "第3课 教案.pdf")
    assert answer.status_code == 201
    file = answer.json()
    assert file == {
        "id": file["id"],
        "name": "第3课 教案.pdf",
        "content_type": "application/pdf",
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    got = await site.client.get(await link(site, student, file["id"]))
    assert (got.status_code, got.content) == (200, content)
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"] == (
        f"attachment; filename=\"_3_ __.pdf\"; filename*=UTF-8''{quote('第3课 教案.pdf')}"
    )
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    assert "default-src 'none'" in got.headers["content-security-policy"]
    assert kept(site) == [file["id"]]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_an_image_is_made_anew_without_where_it_was_taken(site: Site, kind: str) -> None:
    teacher = await site.register("Ma")
    classroom = await site.classroom(teacher)
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[1] = "N"
    content = an_image(kind, (40, 20), exif=exif) + b"<script>alert(1)</script>"
    assert b"SecretCamera" in content
    answer = await upload(site, teacher, classroom, content, "photo.html")
    assert answer.status_code == 201
    got = await site.client.get(await link(site, teacher, answer.json()["id"]))
    assert b"SecretCamera" not in got.content
    assert b"script" not in got.content
    with Image.open(BytesIO(got.content)) as image:
        assert (image.format, image.size, dict(image.getexif())) == (kind, (20, 40), {})
    assert got.headers["content-type"] == f"image/{kind.lower()}"
    assert got.headers["content-disposition"].startswith("inline; ")
    assert hashlib.sha256(got.content).hexdigest() == answer.json()["sha256"]


async def test_a_large_photo_is_made_small_enough_for_a_phone(site: Site) -> None:
    teacher = await site.register("Ma")
    classroom = await site.classroom(teacher)
    answer = await upload(site, teacher, classroom, an_image("JPEG", (6_000, 3_000)))
    got = await site.client.get(await link(site, teacher, answer.json()["id"]))
    with Image.open(BytesIO(got.content)) as image:
        assert image.size == (2_560, 1_280)


async def test_what_is_neither_an_image_nor_a_pdf_is_refused_and_leaves_nothing(site: Site) -> None:
    teacher = await site.register("Ma")
    path = f"/api/classrooms/{await site.classroom(teacher)}/files?name=x.png"
    headers = {**teacher.headers, "Content-Type": "image/png"}
    contents = [
        b"",
        b"plain text",
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY lol 'lol'>]>",
        b"GIF89a<script>alert(1)</script>",
        b"PK\x03\x04 a zip",
        b"MZ\x90\x00 a program",
        b"  %PDF-1.7 not at the beginning",
        b"\xff\xd8\xff\xe0<html>",
        b"\x89PNG\r\n\x1a\n<html>",
        b"RIFF\x00\x00\x00\x00WEBP<html>",
        PNG[:40],
        an_image("GIF"),
        an_image("BMP"),
        an_image("TIFF"),
        b"push graphic-context\nviewbox 0 0 640 480\nfill 'url(mvg:x)'",
    ]
    for content in contents:
        answer = await site.client.post(path, content=content, headers=headers)
        assert (content[:40], answer.status_code, answer.json()["code"]) == (content[:40], 415, "file_type")
    assert (await rows(site), kept(site)) == (0, [])


async def test_a_flood_of_pixels_is_refused_quickly(site: Site) -> None:
    teacher = await site.register("Ma")
    classroom = await site.classroom(teacher)
    made = BytesIO()
    Image.new("1", (30_000, 30_000)).save(made, "PNG")
    # Decoding 900 million pixels would take longer than that, and more memory than there is.
    async with asyncio.timeout(3):
        answer = await upload(site, teacher, classroom, made.getvalue())
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    assert (await rows(site), kept(site)) == (0, [])


async def test_what_is_too_large_is_refused_by_its_word_and_by_its_bytes(site: Site) -> None:
    teacher = await site.register("Ma")
    classroom = await site.classroom(teacher)
    sent = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal sent
        yield a_pdf()
        while sent < 10 * MOST_BYTES:
            sent += 1024 * 1024
            yield b"x" * (1024 * 1024)

    path = f"/api/classrooms/{classroom}/files"
    streamed = await site.client.post(path, content=pieces(), headers=teacher.headers)
    assert (streamed.status_code, streamed.json()["code"]) == (413, "file_too_large")
    assert sent <= MOST_BYTES + 2 * 1024 * 1024
    headers = {**teacher.headers, "Content-Length": str(MOST_BYTES + 1)}
    declared = await site.client.post(path, content=b"x", headers=headers)
    assert (declared.status_code, declared.json()["code"]) == (413, "file_too_large")
    assert declared.headers["connection"] == "close"
    assert (await rows(site), kept(site)) == (0, [])
    exact = await upload(site, teacher, classroom, a_pdf(MOST_BYTES))
    assert exact.status_code == 201
    one_more = await upload(site, teacher, classroom, a_pdf(MOST_BYTES + 1))
    assert one_more.status_code == 413


async def test_ranges_are_answered_one_at_a_time(site: Site) -> None:
    teacher = await site.register("Ma")
    classroom = await site.classroom(teacher)
    content = bytes(a_pdf(1_000_000))
    file = (await upload(site, teacher, classroom, content)).json()["id"]
    path = await link(site, teacher, file)
    part = await site.get(path, Range="bytes=10-19")
    assert (part.status_code, part.content) == (206, content[10:20])
    assert part.headers["content-range"] == "bytes 10-19/1000000"
    rest = await site.get(path, Range="bytes=400000-")
    assert (rest.status_code, rest.content, rest.headers["content-length"]) == (206, content[400_000:], "600000")
    assert (await site.get(path, Range="bytes=-6")).content == b"\n%%EOF"
    for wrong in ("bytes=" + "0-," * 1_000, "bytes=5-1", "bytes=1000000-", "bytes=--1", "lines=1-2"):
        answer = await site.get(path, Range=wrong)
        assert (answer.status_code, answer.headers["content-range"], answer.content) == (416, "bytes */1000000", b"")
    whole = await site.client.get(path, headers={"Range": "bytes=0-1", "If-Range": '"another"'})
    assert (whole.status_code, whole.content) == (200, content)
    known = await site.client.get(path, headers={"If-None-Match": whole.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    head = await site.client.head(path)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "1000000", b"")


async def test_a_link_is_for_one_file_one_account_and_at_most_five_minutes(site: Site) -> None:
    teacher, student = await site.register("Ma"), await site.register("Lin")
    classroom = await site.classroom(teacher, student)
    first = (await upload(site, teacher, classroom, a_pdf())).json()["id"]
    second = (await upload(site, teacher, classroom, a_pdf(3_000))).json()["id"]
    path = await link(site, student, first)
    assert (await site.client.get(path)).status_code == 200
    forged = [
        path.replace(first, second),
        path.replace(student.account, teacher.account),
        path.replace("until=1", "until=2"),
        path[:-1] + ("A" if path[-1] != "A" else "B"),
        path.partition("?")[0],
        path + "&account=" + teacher.account,
        path.replace("until=", "until=%00"),
        path.replace("signature=", "signature=%F0%9F%90%BC"),
    ]
    outcomes = [(await site.client.get(each)).status_code for each in forged]
    assert outcomes == [404, 404, 404, 404, 404, 200, 400, 404]
    answer = (await site.get(f"/api/files/{first}/link", student)).json()
    ends_in = answer["expires_at"] - (await site.get("/api/info")).json()["server_time"]
    assert 149_000 <= ends_in <= 300_000
    site.clock.pass_by(minutes=5, seconds=1)
    assert (await site.client.get(path)).status_code == 404


async def test_a_link_dies_with_the_membership(site: Site) -> None:
    teacher, student = await site.register("Ma"), await site.register("Lin")
    classroom = await site.classroom(teacher, student)
    file = (await upload(site, teacher, classroom, a_pdf())).json()["id"]
    path = await link(site, student, file)
    await site.command(teacher, "member.kick", classroom, {"account": student.account})
    assert (await site.client.get(path)).status_code == 404
    assert (await site.client.get(await link(site, teacher, file))).status_code == 200


async def test_a_file_of_another_classroom_cannot_be_named_in_an_activity(site: Site) -> None:
    teacher, other = await site.register("Ma"), await site.register("Wu")
    mine, theirs = await site.classroom(teacher), await site.classroom(other)
    file = (await upload(site, other, theirs, a_pdf())).json()["id"]
    own = (await upload(site, teacher, mine, a_pdf())).json()["id"]
    await site.command(teacher, "session.start", mine)
    await site.publish(teacher, mine, "lesson_plan", {"file": own})
    draft: Body = {"kind": "lesson_plan", "title": "T", "config": {"file": file}}
    activity = (await site.command(teacher, "activity.draft", mine, draft))["activity"]
    refused = await site.wish(teacher, "activity.publish", mine, {"activity": activity})
    assert refused.status_code in (404, 422)
    assert (await site.get(f"/api/files/{file}/link", teacher)).status_code == 404


async def test_what_a_crash_left_is_swept_after_an_hour(site: Site) -> None:
    teacher = await site.register("Ma")
    classroom = await site.classroom(teacher)
    whole = (await upload(site, teacher, classroom, a_pdf())).json()["id"]
    now = site.clock.now()
    for age in (30, 90):
        file = draw_id()
        await site.database.execute(
            """
            INSERT INTO file (id, classroom_id, account_id, name, content_type, size_bytes, sha256, state, created_at)
            VALUES ($1, $2, $3, '', '', 0, '', 'uploading', $4)
            """,
            file,
            classroom,
            teacher.account,
            now - timedelta(minutes=age),
        )
        left = site.services.storage.incoming / file
        left.write_bytes(b"half")
        at = (now - timedelta(minutes=age)).timestamp()
        os.utime(left, (at, at))
    assert await sweep(site.database, site.services.storage, now) == 1
    assert (await rows(site), len(kept(site))) == (2, 2)
    assert whole in kept(site)
    assert await sweep(site.database, site.services.storage, now) == 0


async def test_links_made_close_together_are_the_same_so_that_browsers_keep_the_image(site: Site) -> None:
    secret, file, account = site.services.config.secret, FileId("f" * 16), AccountId("a" * 16)
    now = site.clock.now()
    made = {make_link(secret, file, account, now + timedelta(seconds=second)) for second in range(0, 300, 10)}
    assert len(made) in (2, 3)


async def test_security_83_85_the_type_that_is_declared_and_the_name_change_nothing(site: Site) -> None:
    """A PDF with a script in it is for saving only, whatever it is called; an image is what its bytes are."""
    teacher = await site.register("Ma")
    classroom = await site.classroom(teacher)
    scripted = a_pdf() + b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>\n%%EOF"
    names = ["evil.svg", "x.html", "x.xhtml", "x.pdf", "x.png.html", "x.html%00.png", "x.HTML", "x.html.", "x\r\nA: b"]
    for name in names:
        for content, inline in ((scripted, False), (PNG, True)):
            path = f"/api/classrooms/{classroom}/files?name={quote(name)}"
            headers = {**teacher.headers, "Content-Type": "text/html"}
            made = await site.client.post(path, content=content, headers=headers)
            assert made.status_code == 201, made.text
            got = await site.client.get(await link(site, teacher, made.json()["id"]))
            ending = "png" if inline else "pdf"
            assert got.headers["content-type"] == ("image/png" if inline else "application/pdf")
            assert got.headers["content-disposition"].startswith("inline; " if inline else "attachment; ")
            assert got.headers["content-disposition"].endswith(f".{ending}")
            assert got.headers["x-content-type-options"] == "nosniff"
            assert got.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
            assert "set-cookie" not in got.headers
            await site.services.limiter.forget(UPLOADS, teacher.account)


async def test_security_81_a_length_that_is_a_lie_is_no_way_in(site: Site) -> None:
    teacher = await site.register("Ma")
    path, sent = f"/api/classrooms/{await site.classroom(teacher)}/files", 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 600 * 1024 * 1024:
            sent += 1024 * 1024
            yield bytes(1024 * 1024)

    answer = await site.client.post(path, content=pieces(), headers={**teacher.headers, "Content-Length": "1"})
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    assert sent <= MOST_BYTES + 2 * 1024 * 1024
    assert (await rows(site), kept(site)) == (0, [])


async def test_security_81_a_classroom_that_holds_all_it_may_takes_no_more(site: Site) -> None:
    teacher = await site.register("Ma")
    classroom = await site.classroom(teacher)
    first = (await upload(site, teacher, classroom, a_pdf())).json()["id"]
    for left, size in ((0, 2_000), (1_999, 2_000), (2_000, 2_000)):
        full = MOST_BYTES_OF_CLASSROOM - left
        await site.database.execute("UPDATE file SET size_bytes = $2 WHERE id = $1", first, full)
        answer = await upload(site, teacher, classroom, a_pdf(size))
        if size > left:
            assert (left, answer.status_code, answer.json()["code"]) == (left, 413, "file_too_large")
            assert kept(site) == [first]
    assert answer.status_code == 201
    assert len(kept(site)) == 2


async def test_security_81_uploads_side_by_side_keep_to_the_quota_together(site: Site) -> None:
    teacher = await site.register("Ma")
    classroom = await site.classroom(teacher)
    first, size = (await upload(site, teacher, classroom, a_pdf())).json()["id"], 2_000
    full = MOST_BYTES_OF_CLASSROOM - 3 * size
    await site.database.execute("UPDATE file SET size_bytes = $2 WHERE id = $1", first, full)
    all_here = asyncio.Barrier(8)

    async def pieces() -> AsyncIterator[bytes]:
        yield a_pdf(size)
        await all_here.wait()

    path = f"/api/classrooms/{classroom}/files?name=a.pdf"
    headers = {**teacher.headers, "Content-Type": "application/pdf"}
    answers = await asyncio.gather(
        *(site.client.post(path, content=pieces(), headers=headers) for _ in range(all_here.parties))
    )
    taken = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert len(taken) <= 3
    assert {answer.json()["code"] for answer in answers if answer.status_code != 201} == {"file_too_large"}
    assert sorted(kept(site)) == sorted([first, *taken])
    assert await rows(site) == 1 + len(taken)
    # Nothing of those that were refused counts on.
    for _ in range(3 - len(taken)):
        assert (await upload(site, teacher, classroom, a_pdf(size))).status_code == 201
    assert (await upload(site, teacher, classroom, a_pdf(size))).status_code == 413


async def test_security_88_a_link_dies_with_the_last_log_out(site: Site) -> None:
    teacher, student = await site.register("Ma"), await site.register("Lin")
    classroom = await site.classroom(teacher, student)
    file = (await upload(site, teacher, classroom, a_pdf())).json()["id"]
    path, tablet = await link(site, student, file), await site.another_device(student)
    for person, still in ((student, 200), (tablet, 404)):
        assert (await site.client.delete("/api/devices/current", headers=person.headers)).status_code == 204
        assert (await site.client.get(path)).status_code == still


async def test_security_91_a_form_of_any_size_is_no_file(site: Site) -> None:
    teacher = await site.register("Ma")
    path = f"/api/classrooms/{await site.classroom(teacher)}/files"
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    headers = {**teacher.headers, "Content-Type": "multipart/form-data; boundary=x"}
    answer = await site.client.post(path, content=part * 300_000, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "file_type")
    assert (await rows(site), kept(site)) == (0, [])


async def test_security_96_a_disk_that_takes_no_more_is_told_without_detail_and_leaves_nothing(site: Site) -> None:
    teacher = await site.register("Ma")
    classroom = await site.classroom(teacher)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # What a full disk says, said for files beyond this.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        answer = await upload(site, teacher, classroom, a_pdf(3_000_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (answer.status_code, answer.json()["code"], answer.json()["retry"]) == (503, "overloaded", True)
    assert answer.headers["retry-after"] == "60"
    assert "File" not in answer.text
    assert (await rows(site), kept(site)) == (0, [])
    assert (await upload(site, teacher, classroom, a_pdf(3_000_000))).status_code == 201
