"""An identity list as a file in its receiver's layout, and the file with which a receiver without an account answers."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.exchange.identity_answers import NOTE_LENGTH, GivenAnswer, record_answers
from ciyou.apps.exchange.identity_lists import HIGHEST_CLASS, PURPOSE
from ciyou.apps.exchange.identity_reading import find_list
from ciyou.apps.exchange.identity_refusals import check_may, moved_on, refused
from ciyou.apps.exchange.listed_contents import ListedContent, open_listed
from ciyou.apps.exchange.models import IdentityList, ListedAnswer, ListedChange
from ciyou.apps.exchange.table_files import TITLES_SEARCHED, first_rows
from ciyou.apps.registry.identifying import normal_identifier
from ciyou.apps.registry.scoping import visible_people
from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action
from ciyou.core.errors import RecordError
from ciyou.packs import load_identity_lists, load_rule_titles
from ciyou.packs.identity_lists import IdentityListKind, ListFile
from ciyou.packs.roster_pack import header_key

MOST_LINES = 20_000
NAME_LENGTH = 200
Row = Sequence[str]
_CHANGES = {"new": "新增", "changed": "有变化", "same": "不变", "gone": "退出"}
_SEXES = {"female": "女", "male": "男"}


@dataclass(frozen=True)
class IdentitySheet:
    """A sent list as rows of text in the receiver's layout, the titles first; `columns` are codes, for the record."""

    kind: IdentityListKind
    month: str
    sheet: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    person_ids: tuple[uuid.UUID, ...]


def identity_sheet(actor: Actor, *, list_id: uuid.UUID) -> IdentitySheet:
    """A list that was sent, as its file: numbers in full, no child protected meanwhile. Raises IdentityListNotFound, RecordError for a draft."""
    check_may(actor, Action.SEND_IDENTITY_LISTS)
    row, kind, file = _sent(actor, list_id)
    people = visible_people(actor, purpose=PURPOSE).filter(restricted=False)
    told = row.children.filter(
        Q(person__in=people.values("pk")) | Q(change=ListedChange.GONE, person__restricted=False)
    )
    found = list(told.order_by("position"))
    columns = tuple(file.titles)
    titles = [*file.titles.values(), file.month, file.answer, file.reason]
    rows = [
        [*(_cell(code, one.change, open_listed(one.id, one.content)) for code in columns), row.month, "", ""]
        for one in found
    ]
    return IdentitySheet(kind, row.month, file.sheet, columns, (titles, *rows), tuple(one.person_id for one in found))


def _sent(actor: Actor, list_id: uuid.UUID) -> tuple[IdentityList, IdentityListKind, ListFile]:
    row = find_list(actor, list_id)
    kind = load_identity_lists(division=row.county).get(row.kind)
    if row.sent_at is None:
        raise refused("not_sent", "名单还没有发出；先发出，再下载文件。", "The list has not been sent; send it before you take the file.")  # fmt: skip
    if kind is None or kind.file is None:
        raise refused("no_layout", "本地规则没有写明这种名单的文件格式；请在规则包中补上 file。", "The packs name no layout of this list's file; add `file` to it.")  # fmt: skip
    return row, kind, kind.file


def _cell(code: str, change: str, told: ListedContent) -> str:
    if code == "change":
        return _CHANGES[change]
    if code == "sex":
        return _SEXES.get(told.sex, "")
    value = getattr(told, code)
    if isinstance(value, str):
        return value
    titles = load_rule_titles()
    return "、".join(titles[one].zh if one in titles else one for one in value)


@dataclass(frozen=True)
class AnswersRead:
    """What a file of answers brought: how many rows were answered, and its bad lines as (line, code), which were left out."""

    answered: int
    problems: tuple[tuple[int, str], ...]


def read_answer_file(actor: Actor, *, list_id: uuid.UUID, name: str, content: bytes) -> AnswersRead:
    """Read a receiver's file for the county: good lines are answers, bad ones are kept with line and reason and change nothing.

    Raises RecordError for what is no table or lacks a title, and once the list is fully answered.
    """
    check_may(actor, Action.SEND_IDENTITY_LISTS)
    with transaction.atomic():
        row, _kind, file = _sent(actor, list_id)
        if row.closed_at is not None:
            raise moved_on()
        read = _Reading(row, file)
        read.take(content)
        answered = record_answers(actor, row, read.answers) if read.answers else 0
        digest = hashlib.sha256(content).hexdigest()
        kept = {
            "name": name[:NAME_LENGTH],
            "sha256": digest,
            "on": timezone.localdate().isoformat(),
            "answered": answered,
            "problems": [list(one) for one in read.problems],
        }
        IdentityList.objects.filter(id=row.id).update(answer_file=kept)
        details = {"answered": answered, "bad_lines": len(read.problems), "sha256": digest}
        record_action(
            actor, action="read_identity_answers", subject=str(row.id), details=details, highest_class=HIGHEST_CLASS
        )
    return AnswersRead(answered, tuple(read.problems))


class _Reading:
    """One file held against one list."""

    def __init__(self, row: IdentityList, file: ListFile) -> None:
        self._row, self._file = row, file
        self.answers: dict[uuid.UUID, GivenAnswer] = {}
        self.problems: list[tuple[int, str]] = []
        self._by_number: dict[str, uuid.UUID] = {}
        self._by_name: dict[str, list[uuid.UUID]] = {}
        self._seen: set[uuid.UUID] = set()
        for one in row.children.all():
            told = open_listed(one.id, one.content)
            if told.id_number:
                self._by_number[told.id_number] = one.id
            else:
                self._by_name.setdefault(told.name, []).append(one.id)

    def take(self, content: bytes) -> None:
        """Read every line below the titles."""
        for _sheet, rows in first_rows(content, MOST_LINES + TITLES_SEARCHED):
            for place, (_line, row) in enumerate(rows[:TITLES_SEARCHED]):
                columns = self._columns(row)
                if columns is not None:
                    for line, cells in rows[place + 1 :]:
                        self._line(line, {code: _at(cells, number) for code, number in columns.items()})
                    return
        wanted = "、".join((self._file.titles["name"], self._file.answer))
        raise refused(
            "no_titles",
            f"文件里没有找到标题行（至少要有：{wanted}）。请用下载的文件填写后再上传。",
            f"No row of titles was found (needed at least: {wanted}). Fill in the file that was downloaded.",
        )

    def _columns(self, row: Row) -> dict[str, int] | None:
        wanted = {
            header_key(self._file.titles.get("id_number", "")): "number",
            header_key(self._file.titles["name"]): "name",
            header_key(self._file.month): "month",
            header_key(self._file.answer): "answer",
            header_key(self._file.reason): "reason",
        }
        found = {
            wanted[header_key(title)]: place for place, title in enumerate(row) if title and header_key(title) in wanted
        }
        return found if {"name", "answer"} <= found.keys() else None

    def _line(self, line: int, cells: Mapping[str, str]) -> None:
        if not any(cells.values()):
            return
        listed, wrong = self._listed(cells)
        answer, wrong = self._answer(cells) if listed is not None else (None, wrong)
        if listed is not None and listed in self._seen:
            answer, wrong = None, "repeated"
        if answer is None or listed is None:
            self.problems.append((line, wrong))
            return
        self._seen.add(listed)
        self.answers[listed] = answer

    def _listed(self, cells: Mapping[str, str]) -> tuple[uuid.UUID | None, str]:
        month = cells.get("month", "")
        if month and month[:7] != self._row.month:
            return None, "other_month"
        written = cells.get("number", "")
        if not written:
            same = self._by_name.get("".join(cells.get("name", "").split()), [])
            return (same[0], "") if len(same) == 1 else (None, "nobody")
        try:
            number = normal_identifier("id_card", written)
        except RecordError:
            return None, "number_wrong"
        return (self._by_number[number], "") if number in self._by_number else (None, "unknown_number")

    def _answer(self, cells: Mapping[str, str]) -> tuple[GivenAnswer | None, str]:
        said, reason = cells.get("answer", ""), cells.get("reason", "")[:NOTE_LENGTH]
        if not said:
            return None, "no_answer"
        code = self._file.words.get(header_key(said))
        if code is None:
            return None, "word_unknown"
        if code == ListedAnswer.REFUSED and not reason:
            return None, "no_reason"
        return GivenAnswer(code, reason), ""


def _at(cells: Row, place: int) -> str:
    return str(cells[place] or "").strip() if place < len(cells) else ""
