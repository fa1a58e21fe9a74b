"""What may stand on a personal page. Pure."""

from __future__ import annotations

from protocol.errors import Code, Refused


def clean_line(text: str, field: str) -> str:
    """One line without blanks around it; may be empty. Raises Refused(BAD_FIELD)."""
    cleaned = " ".join(text.split())
    if not cleaned.isprintable():
        raise Refused(Code.BAD_FIELD, field, data={"field": field})
    return cleaned


def clean_text(text: str, field: str) -> str:
    """Several lines; what no keyboard writes is refused. Raises Refused(BAD_FIELD)."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    if not all(line.replace("\t", " ").isprintable() for line in lines):
        raise Refused(Code.BAD_FIELD, field, data={"field": field})
    return "\n".join(lines)
