"""Figures as a workbook: what the page shows and nothing more, with a sheet that says whose it is, and a record in the log."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from ciyou.apps.accounts.selectors import division_name, user_name
from ciyou.apps.audit.services import record_action
from ciyou.apps.oversight.refusals import check_may
from ciyou.apps.oversight.workbook import Cell, write_workbook
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import ROLES, Action

Sheet = tuple[str, Sequence[Sequence[Cell]]]
_TITLE_LENGTH = 31
"""What a spreadsheet allows for the name of a sheet."""
_NOT_IN_TITLES = str.maketrans({character: " " for character in "[]:*?/\\'"})


@dataclass(frozen=True)
class FigureExport:
    """What leaves: its title, of which period (for the log, and in words), its sheets, and what has to be said about them.

    `action` is what the log calls it, `needs` what the taker's role must be allowed to do.
    """

    action: str
    needs: Action
    title: str
    period: str
    period_words: str
    sheets: Sequence[Sheet]
    notes: Sequence[str] = ()


def export_figures(actor: Actor, *, wish: FigureExport, lang: str = "zh", origin: str = "") -> bytes:
    """The workbook, unencrypted: no person is in it. Leaves a record of who took which figures."""
    check_may(actor, wish.needs)
    about = (_word(lang, "说明", "About"), _about(actor, wish, lang))
    content = write_workbook([about, *_titled(wish.sheets)])
    with transaction.atomic():
        record_action(
            actor,
            action=wish.action,
            subject=actor.scope.first,
            details={"period": wish.period, "sheets": len(wish.sheets), "sha256": hashlib.sha256(content).hexdigest()},
            highest_class=2,
            origin=origin,
        )
    return content


def _about(actor: Actor, wish: FigureExport, lang: str) -> list[list[Cell]]:
    role = ROLES[actor.role]
    return [
        [wish.title],
        [_word(lang, "时段", "Period"), wish.period_words],
        [_word(lang, "地方", "Place"), division_name(actor.scope.first)],
        [_word(lang, "导出人", "Taken by"), f"{user_name(actor.id)} · {_word(lang, role.zh, role.en)}"],
        [_word(lang, "时间", "At"), timezone.localtime().strftime("%Y-%m-%d %H:%M")],
        *([note] for note in wish.notes),
    ]


def _word(lang: str, zh: str, en: str) -> str:
    return en if lang == "en" else zh


def _titled(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Sheets under titles that a spreadsheet takes: short, without its own signs, none twice."""
    return [
        (f"{number} {title.translate(_NOT_IN_TITLES)}"[:_TITLE_LENGTH].rstrip(), rows)
        for number, (title, rows) in enumerate(sheets, start=1)
    ]
