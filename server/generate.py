"""`python -m server.generate` writes what is made from the declarations. Here, since the kinds live in the server."""

from __future__ import annotations

from pathlib import Path

from protocol.generate.declared import Kinds, KindShapes
from protocol.generate.files import PROSE, files
from server.core.activities.registry import KINDS

ROOT = Path(__file__).resolve().parent.parent


def kinds() -> Kinds:
    return {
        name: KindShapes(
            config=kind.config,
            state=kind.state,
            value=kind.value,
            tally=kind.tally,
            result=kind.result,
            correction=kind.correction,
            verbs=tuple(kind.verbs),
        )
        for name, kind in KINDS.items()
    }


def stale() -> list[Path]:
    """The generated files that are not what the declarations say."""
    made = files((ROOT / PROSE).read_text(), kinds())
    return [path for path, text in made.items() if not (ROOT / path).exists() or (ROOT / path).read_text() != text]


def write() -> None:
    for path, text in files((ROOT / PROSE).read_text(), kinds()).items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text)


if __name__ == "__main__":
    write()
