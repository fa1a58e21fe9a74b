"""Searching the catalogue: what a course is found by and what a query looks for. Pure.

A trigram index knows nothing of a word of two characters, which most Chinese words are. So a course keeps its own
grams: every character and every pair of neighbours of its title, teachers and school, those of the title once more
under a mark, and the whole title. A query becomes the grams that a hit must have; the store looks them up in one
inverted index, then compares the texts themselves.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_QUERY = 60
MOST_TERMS = 6
# No gram of a text is longer than two characters, so what begins with a mark and is longer is no text's.
IN_TITLE = "^"
WHOLE_TITLE = "="
_ESCAPED = str.maketrans({each: f"\\{each}" for each in "\\%_"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A query: its words, and the grams that a course, its title, or its whole title has if it is a hit."""

    words: tuple[str, ...]
    title: str
    anywhere: tuple[str, ...]
    in_title: tuple[str, ...]
    whole_title: tuple[str, ...]

    @property
    def patterns(self) -> tuple[str, ...]:
        """The words as LIKE has them."""
        return tuple(f"%{word.translate(_ESCAPED)}%" for word in self.words)


def fold(text: str) -> str:
    """As texts are compared: full-width as half-width, no case, one blank between words, nothing invisible."""
    shown = "".join(" " if unicodedata.category(each) in ("Cc", "Cf", "Cs") else each for each in text)
    return " ".join(unicodedata.normalize("NFKC", shown).casefold().split())


def search_text(title: str, others: Sequence[str]) -> str:
    """What is compared, the title in the first line."""
    return "\n".join(fold(each) for each in (title, *others))


def grams_of(title: str, others: Sequence[str]) -> list[str]:
    """What the index keeps of a course."""
    folded = fold(title)
    in_title = _grams(folded)
    anywhere = in_title.union(*(_grams(fold(each)) for each in others))
    return [*sorted(anywhere | {_marked(each) for each in in_title}), WHOLE_TITLE + folded]


def seek(query: str) -> Sought | None:
    """What the query looks for; None for an empty one. What is too long is cut: the rest is no help."""
    folded = fold(query[:LONGEST_QUERY])
    words = tuple(dict.fromkeys(folded.split()))[:MOST_TERMS]
    if not words:
        return None
    anywhere = sorted({gram for word in words for gram in _needed(word)})
    return Sought(
        words=words,
        title=folded,
        anywhere=tuple(anywhere),
        in_title=tuple(_marked(gram) for gram in anywhere),
        whole_title=(WHOLE_TITLE + folded,),
    )


def _grams(folded: str) -> set[str]:
    pairs = {folded[at : at + 2] for at in range(len(folded) - 1)}
    return {each for each in (*pairs, *folded) if " " not in each}


def _needed(word: str) -> set[str]:
    """A word's pairs; its one character, if that is all."""
    return {word[at : at + 2] for at in range(len(word) - 1)} or {word}


def _marked(gram: str) -> str:
    """Three characters, so that it is no pair: `^大学`, `^^学`."""
    return IN_TITLE * (3 - len(gram)) + gram
