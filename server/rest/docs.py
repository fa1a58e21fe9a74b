"""The table of endpoints as a page to read, in development. No script; what it says is the OpenAPI document's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from html import escape

import msgspec
from starlette.responses import Response

from server.rest.answer import HEADERS
from server.rest.call import Call
from server.rest.endpoint import Endpoint
from server.rest.openapi import document

STYLE = """
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; color: #1c2521 }
summary { cursor: pointer; padding: .4rem 0 } code, pre { font: 14px/1.5 ui-monospace, monospace }
pre { overflow: auto; padding: 1rem; background: #f6f5f1 }
.method { display: inline-block; width: 5rem; color: #176b5b }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def show_docs(endpoints: Sequence[Endpoint]) -> Callable[[Call], Awaitable[Response]]:
    """A handler that gives the page."""

    async def show(call: Call) -> Response:
        """This page."""
        headers = {**HEADERS, "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY}
        return Response(page(endpoints).encode(), headers=headers)

    return show


def page(endpoints: Sequence[Endpoint]) -> str:
    said = msgspec.to_builtins(document(endpoints))
    rows = "".join(_row(each, said["paths"][each.path][each.method.lower()]) for each in endpoints)
    shapes = "".join(_shape(name, shape) for name, shape in sorted(said["components"]["schemas"].items()))
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Shangke REST</title>"
        f"<style>{STYLE}</style><h1>Shangke REST</h1>"
        f"<p>The document: <a href=/openapi.json>/openapi.json</a></p>{rows}<h2>Bodies</h2>{shapes}</html>"
    )


def _row(endpoint: Endpoint, operation: dict[str, object]) -> str:
    title = f"<b class=method>{endpoint.method}</b><code>{escape(endpoint.path)}</code> — {escape(endpoint.summary)}"
    return f"<details><summary>{title}</summary>{_json(operation)}</details>"


def _shape(name: str, shape: object) -> str:
    return f"<details><summary><code>{escape(name)}</code></summary>{_json(shape)}</details>"


def _json(value: object) -> str:
    return f"<pre>{escape(msgspec.json.format(msgspec.json.encode(value)).decode())}</pre>"
