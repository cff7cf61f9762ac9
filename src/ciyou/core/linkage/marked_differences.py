"""Two texts side by side with what differs marked; numbers that identify stay covered where they are alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_FIRST_SHOWN, _LAST_SHOWN = 6, 4
_COVER = "*"
_MOST_SLIPS = 6
"""With more characters that differ these are two numbers, not one with slips: what lies between their ends is nobody's to read."""


@dataclass(frozen=True)
class Piece:
    """A part of a text; `differs`: the other text has something else here."""

    text: str
    differs: bool = False


Pieces = tuple[Piece, ...]


def marked(first: str, second: str) -> tuple[Pieces, Pieces]:
    """Both texts in pieces; where one is empty nothing is marked, for silence contradicts nothing."""
    if not first or not second or first == second:
        return _whole(first), _whole(second)
    if len(first) == len(second):
        return _by_place(first, second), _by_place(second, first)
    steps = SequenceMatcher(None, first, second, autojunk=False).get_opcodes()
    return (
        tuple(Piece(first[a:b], tag != "equal") for tag, a, b, _c, _d in steps if a < b),
        tuple(Piece(second[c:d], tag != "equal") for tag, _a, _b, c, d in steps if c < d),
    )


def marked_numbers(first: str, second: str) -> tuple[Pieces, Pieces]:
    """The same of numbers: between the first six and the last four characters only single slips can be read."""
    both = marked(first, second)
    if any(sum(len(piece.text) for piece in one if piece.differs) > _MOST_SLIPS for one in both):
        return _covered(first), _covered(second)
    return tuple(_cover(both[0], len(first))), tuple(_cover(both[1], len(second)))


def _covered(text: str) -> Pieces:
    return (Piece("".join(_shown(one, place, len(text)) for place, one in enumerate(text)), True),)


def _whole(text: str) -> Pieces:
    return (Piece(text),) if text else ()


def _by_place(text: str, other: str) -> Pieces:
    pieces: list[Piece] = []
    for one, that in zip(text, other, strict=True):
        differs = one != that
        if pieces and pieces[-1].differs == differs:
            pieces[-1] = Piece(pieces[-1].text + one, differs)
        else:
            pieces.append(Piece(one, differs))
    return tuple(pieces)


def _cover(pieces: Pieces, length: int) -> Iterator[Piece]:
    place = 0
    for piece in pieces:
        text = (
            piece.text
            if piece.differs
            else "".join(_shown(one, place + at, length) for at, one in enumerate(piece.text))
        )
        place += len(piece.text)
        yield Piece(text, piece.differs)


def _shown(character: str, place: int, length: int) -> str:
    # Of a short number (a telephone's ten or eleven digits) the middle four stay covered.
    first = _FIRST_SHOWN if length > 14 else 3
    return character if place < first or place >= length - _LAST_SHOWN else _COVER
