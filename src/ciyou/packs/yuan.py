"""Amounts as packs write them: in yuan, kept in fen."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation


def fen_from_yuan(written: str) -> int | None:
    """Fen from an amount written in yuan, or None when it is not such an amount."""
    try:
        fen = Decimal(written) * 100
    except InvalidOperation:
        return None
    return int(fen) if fen.is_finite() and fen == fen.to_integral_value() else None
