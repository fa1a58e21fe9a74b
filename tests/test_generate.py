"""What is generated is what is committed, and holds together."""

from __future__ import annotations

import json
import re
from datetime import datetime

import msgspec
import pytest

from protocol.envelopes import FromClient, FromServer
from protocol.generate.declared import KindShapes
from protocol.generate.files import ASYNCAPI, TYPES
from protocol.generate.typescript import typescript
from protocol.registry import COMMANDS, EVENTS, GAUGES, SNAPSHOTS
from server.core.activities.registry import KINDS
from server.generate import ROOT, stale


def test_the_generated_files_are_fresh() -> None:
    assert stale() == [], "run `python -m server.generate`"


def test_every_message_has_a_type_of_its_own() -> None:
    types = (ROOT / TYPES).read_text()
    exported = re.findall(r"^export (?:interface|type) (\w+)", types, re.MULTILINE)
    assert len(exported) == len(set(exported))
    for name in [*COMMANDS, *EVENTS, *GAUGES, *SNAPSHOTS]:
        assert f"  '{name}': " in types
    for kind in KINDS:
        assert f"  {kind}: {{ config: " in types


def test_the_asyncapi_document_names_every_envelope_and_every_reference_leads_somewhere() -> None:
    text = (ROOT / ASYNCAPI).read_text()
    document = json.loads(text)
    assert document["asyncapi"] == "3.0.0"
    envelopes = {each.__name__ for each in (*FromClient.__args__, *FromServer.__args__)}
    assert set(document["components"]["messages"]) == envelopes
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', text):
        found = document
        for step in reference.split("/"):
            found = found[step]
    assert set(document["x-kinds"]) == set(KINDS)


def test_a_declaration_that_typescript_cannot_say_is_an_error() -> None:
    class Odd(msgspec.Struct):
        at: datetime

    shapes = KindShapes(config=Odd, state=Odd, value=None, tally=None, result=None, correction=None, verbs=())
    with pytest.raises(TypeError):
        typescript({"odd": shapes})
