"""What bodies hold that the wire leaves to the kinds of activities and questions: for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from protocol.activity import CorrectResponse, DraftActivity, SaveResponse, SubmitResponse
from protocol.study import WriteAssessment
from server.core.activities.question import Question
from server.core.activities.registry import KINDS

Schema = Mapping[str, object]


def shapes() -> Iterator[object]:
    """The types whose schemas `tell` needs."""
    yield Question
    for kind in KINDS.values():
        yield from (each for each in (kind.config, kind.value, kind.correction) if each)


def tell(components: dict[str, Schema], schemas: Mapping[object, Schema]) -> None:
    """Puts them where the declarations say that anything goes."""
    values = [schemas[kind.value] for kind in KINDS.values() if kind.value]
    corrections = [schemas[kind.correction] for kind in KINDS.values() if kind.correction]
    _put(components, SaveResponse, value={"anyOf": values})
    _put(components, SubmitResponse, value={"anyOf": values})
    _put(components, CorrectResponse, correction={"anyOf": corrections})
    questions = _properties(components, WriteAssessment)["questions"]
    assert isinstance(questions, dict)
    _put(components, WriteAssessment, questions={**questions, "items": schemas[Question]})
    draft = components[DraftActivity.__name__]
    properties = _properties(components, DraftActivity)
    components[DraftActivity.__name__] = {
        "description": draft["description"],
        "oneOf": [
            {
                **draft,
                "title": name,
                "properties": {**properties, "kind": {"const": name}, "config": schemas[kind.config]},
            }
            for name, kind in KINDS.items()
        ],
    }


def _put(components: dict[str, Schema], declaration: type, **said: Schema) -> None:
    shape = components[declaration.__name__]
    components[declaration.__name__] = {**shape, "properties": {**_properties(components, declaration), **said}}


def _properties(components: Mapping[str, Schema], declaration: type) -> dict[str, object]:
    properties = components[declaration.__name__]["properties"]
    assert isinstance(properties, dict)
    return properties
