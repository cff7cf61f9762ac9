"""Forms that a place adds to a visit: `visit_forms/<code>/` with a workbook (XLSForm), what it rests on, and vectors. Without one nothing is added.

A place's folder takes the place of a wider one's of the same name.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from ciyou.core.errors import PackError, Place, RuleError
from ciyou.core.facts.definition import Entity, FactDefinition, FactType, Vocabulary
from ciyou.core.facts.state import FactState
from ciyou.core.forms import ASKED, DATE, NUMBER, ONE, Row
from ciyou.core.rules.book import RuleBook, Source
from ciyou.core.rules.evaluation import Evaluation
from ciyou.core.rules.parser import parse_expression
from ciyou.core.rules.scope import Scope
from ciyou.core.rules.tree import FactRef, Kind, Node, walk
from ciyou.packs.form_sheets import FORM, FormSheets, read_sheets
from ciyou.packs.loading import load_packs, overlay_key
from ciyou.packs.located_yaml import Notes, Section, read_yaml
from ciyou.packs.pack_files import SHIPPED, Pack, PackSet
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import read_citations
from ciyou.packs.visit_form_rows import AddedRow, RowReader
from ciyou.packs.visit_form_vectors import FormVector, check_form_vectors, read_form_vectors

FOLDER = "visit_forms"
DEFINITION, VECTORS = "form.yaml", "vectors.yaml"
ABOUT = (Entity.CHILD.value, Entity.HOUSEHOLD.value)
LEAST_CLASS, MOST_CLASS = 3, 4
VILLAGE = "village"
EVERY_VISIT = "every_visit"
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
YES_NO = ("no", "yes")


@dataclass(frozen=True)
class AddedForm:
    """A form of a place: asked once for a household, or for each of its children; `when` None is on every visit.

    `facts` are the rows whose answer is a fact that a village may be asked, by name.
    """

    code: str
    zh: str
    en: str
    about: str
    when: Node | None
    sensitivity: int
    sources: tuple[Source, ...]
    rows: tuple[AddedRow, ...]
    facts: Mapping[str, FactDefinition]
    vectors: tuple[FormVector, ...]

    def name(self, lang: str = "zh") -> str:
        return self.en if lang == "en" else self.zh

    @cached_property
    def version(self) -> str:
        """By which a phone, a page and the server know that they mean the same questions and words."""
        asked = [
            self.code,
            self.zh,
            self.en,
            self.about,
            self.sensitivity,
            [asdict(one) for one in self.rows],
            sorted(self.facts),
        ]
        return hashlib.sha256(json.dumps(asked, ensure_ascii=False).encode()).hexdigest()[:16]

    @property
    def plain_rows(self) -> tuple[Row, ...]:
        """The rows without their words."""
        return tuple(one.row for one in self.rows)

    def asked_of(self, book: RuleBook, state: FactState) -> bool:
        """Whether it is asked of a child of whom this is known; of whom the condition is not known, it is not asked yet."""
        return self.when is None or Evaluation(book, state).truth(self.when) is True


def load_visit_forms(*, division: str, root: Path = SHIPPED) -> Mapping[str, AddedForm]:
    """What a division (2 to 12 digits) adds to a visit, by code; raises PackError with all mistakes at once."""
    return _load(overlay_key(division, root=root), root)


@lru_cache(maxsize=64)
def _load(chain: tuple[str, ...], root: Path) -> Mapping[str, AddedForm]:
    pack_set, notes = load_packs(root), Notes()
    folders: dict[str, tuple[Pack, Path]] = {}
    for pack in (one for one in pack_set.packs if one.code in chain):
        folders |= {path.name: (pack, path) for path in sorted((pack.folder / FOLDER).glob("*")) if path.is_dir()}
    asked: _Asked = {}
    found = {code: _read(pack, path, pack_set, notes, asked) for code, (pack, path) in sorted(folders.items())}
    if notes.found:
        raise PackError(notes.sorted())
    return {code: one for code, one in found.items() if one is not None}


# Which facts the forms of a place ask: about whom and which → as the first form has it, and where.
_Asked = dict[tuple[str, str], tuple[AddedRow, Place]]


def _read(pack: Pack, folder: Path, pack_set: PackSet, notes: Notes, asked: _Asked) -> AddedForm | None:
    name = f"{pack.name}/{FOLDER}/{folder.name}"
    section = read_yaml(folder / DEFINITION, file=f"{name}/{DEFINITION}", notes=notes)
    vectors = read_yaml(folder / VECTORS, file=f"{name}/{VECTORS}", notes=notes)
    before = len(notes.found)
    sheets = read_sheets(folder / FORM, name=f"{name}/{FORM}", notes=notes)
    if section is None or vectors is None or len(notes.found) > before:
        return None
    check_code(section, folder.name)
    zh, en = section.names("name")
    about = section.choice("about", ABOUT)
    sensitivity = section.integer("class", required=True) or MOST_CLASS
    if not LEAST_CLASS <= sensitivity <= MOST_CLASS:
        notes.add(section.value_place("class"), "visit_form_class", "class 写 3 或 4。", "`class` is 3 or 4.")
    when = _when(section, pack_set.vocabulary)
    sources = read_citations(section, pack_set.documents)
    section.close()
    _check_settings(sheets, folder.name, notes)
    rows = RowReader(sheets, notes).read()
    facts = _facts(sheets, rows, Entity(about) if about else Entity.CHILD, pack_set.vocabulary, notes)
    _check_class(section, sensitivity, when, facts, pack_set.vocabulary)
    _check_alike(sheets, about, [one for one in rows if one.row.name in facts], asked, notes)
    # Vectors are held against rows that could be read.
    sound = len(notes.found) == before
    tried = read_form_vectors(vectors, tuple(one.row for one in rows)) if sound else ()
    if sound and len(notes.found) == before:
        check_form_vectors(vectors, tuple(one.row for one in rows), tried)
    return AddedForm(folder.name, zh, en, about, when, sensitivity, sources, rows, facts, tried)


def _when(section: Section, vocabulary: Vocabulary) -> Node | None:
    """For whom: `every_visit`, or a condition on facts as rules write it."""
    text = section.expression("when")
    if text is None or text.text.strip() == EVERY_VISIT:
        return None
    scope = Scope(vocabulary=vocabulary, parameters={}, rules={}, predicates={})
    try:
        return parse_expression(text.text, scope=scope, place=text.place, wants=Kind.BOOL)
    except RuleError as error:
        section.notes.extend(error.problems)
        return None


def _check_class(
    section: Section, sensitivity: int, when: Node | None, facts: Mapping[str, FactDefinition], vocabulary: Vocabulary
) -> None:
    """Whoever reads an answer learns what its question was asked for: the form is at least of the class of the facts in it."""
    named = () if when is None else (part for part in walk(when) if isinstance(part, FactRef))
    asked_for = [vocabulary.get(part.entity, part.name) for part in named]
    said = [one for one in facts.values() if VILLAGE in one.askable]
    highest = max([*said, *asked_for], key=lambda one: one.sensitivity, default=None)
    if highest is None or highest.sensitivity <= sensitivity:
        return
    section.notes.add(
        section.value_place("class"),
        "visit_form_class_of_facts",
        f"“{highest.zh}”是 {highest.sensitivity} 级，这张表只有 {sensitivity} 级：看到答案的人就知道了。请提高 class；5 级的事实不能用在表里。",
        f"“{highest.en}” is of class {highest.sensitivity} and this form of {sensitivity}: whoever reads an answer would learn of it. Raise `class`; facts of class 5 cannot stand in a form.",
    )


def _check_settings(sheets: FormSheets, code: str, notes: Notes) -> None:
    if not CODE.fullmatch(code):
        notes.add(
            sheets.settings.place({"line": "1"}),
            "form_code",
            f"文件夹名“{code}”不能用：小写字母开头，只含小写字母、数字和下划线。",
            f"A form's folder cannot be called “{code}”: small letters, digits and underscores, a letter first.",
        )
    said = sheets.settings.rows[0] if sheets.settings.rows else {"line": "2"}
    if said.get("form_id") != code:
        notes.add(
            sheets.settings.place(said),
            "form_id",
            f"settings 表的 form_id 应是文件夹名“{code}”。",
            f"`form_id` on the sheet `settings` is the name of the folder, “{code}”.",
        )


def _facts(
    sheets: FormSheets, rows: tuple[AddedRow, ...], entity: Entity, vocabulary: Vocabulary, notes: Notes
) -> dict[str, FactDefinition]:
    """The rows that ask a fact of the vocabulary; one that does not fit is noted."""
    found: dict[str, FactDefinition] = {}
    places = {one.get("name"): sheets.survey.place(one) for one in sheets.survey.rows}
    for row in (one.row for one in rows if one.row.kind in ASKED):
        definition = vocabulary.find(entity, row.name)
        if definition is None:
            continue
        found[row.name] = definition
        if VILLAGE not in definition.askable:
            _note_fact(notes, places[row.name], definition, "村里不能问，要由部门说明；请换一个题目代号", "is not for a village to say; give the question another name")  # fmt: skip
        elif not _fits(row, definition):
            _note_fact(
                notes,
                places[row.name],
                definition,
                "题型或选项对不上：是否用 select_one（选项 yes、no），整数用 integer，日期用 date，分类用 select_one（选项与这项事实的相同，一个不少）；金额和区划不在表里问",
                "is asked otherwise: a yes or no by select_one with the choices yes and no, a number by integer, a day by date, a kind by "
                "select_one with all choices of the fact; amounts and places are not asked in a form",
            )
        elif row.holds_if is not None:
            _note_fact(notes, places[row.name], definition, "可填什么由事实库定，请去掉 constraint", "has its range in the vocabulary; leave `constraint` out")  # fmt: skip
    return found


def _check_alike(sheets: FormSheets, about: str, rows: list[AddedRow], asked: _Asked, notes: Notes) -> None:
    """Nothing is asked twice on a visit: of two forms with the same fact one is shown, so both ask it in the same words.

    Its limits are the fact's; what requires it, and under which condition it is asked, each form says for itself.
    """
    lines = {one.get("name"): one for one in sheets.survey.rows}
    for one in rows:
        place = sheets.survey.place(lines[one.row.name])
        first, where = asked.setdefault((about, one.row.name), (one, place))
        if _as_asked(first) == _as_asked(one):
            continue
        notes.add(
            place,
            "form_fact_otherwise",
            f"“{one.row.name}”在 {where} 也问到，题型、选项或文字却不同；一次走访只问一遍，请改成一样的，或只留一处。",
            f"“{one.row.name}” is asked at {where} too, with another type, other choices or words; a visit asks it once, so make both "
            "alike or keep one.",
        )


def _as_asked(one: AddedRow) -> tuple[object, ...]:
    # A choice's words are compared, not in which order a form lists them: a dictionary knows none.
    return one.row.kind, one.choices, one.label


def _fits(row: Row, definition: FactDefinition) -> bool:
    match definition.type:
        case FactType.BOOL:
            return row.kind == ONE and tuple(sorted(row.choices)) == YES_NO
        case FactType.ENUM:
            # All of them: the form's words stand in the place of the question that decides.
            return row.kind == ONE and set(row.choices) == set(definition.options)
        case FactType.INT:
            return row.kind == NUMBER
        case FactType.DATE:
            return row.kind == DATE
        case _:
            return False


def _note_fact(notes: Notes, place: Place, definition: FactDefinition, zh: str, en: str) -> None:
    notes.add(
        place,
        "form_fact",
        f"“{definition.name}”是事实“{definition.zh}”，{zh}。",
        f"“{definition.name}” is the fact “{definition.en}”; it {en}.",
    )


def rows_json(form: AddedForm) -> str:
    """What the browser evaluates: rows and conditions; no texts."""
    return json.dumps([asdict(one) for one in form.plain_rows], ensure_ascii=False, separators=(",", ":"))


def form_vectors_json(form: AddedForm, *, today: dt.date) -> str:
    """The vectors as the browser's test reads them; `today` where one says none."""
    return json.dumps(
        [
            {
                "answers": dict(one.answers),
                "today": (one.today or today).isoformat(),
                "asked": dict(one.asked),
                "refused": one.refused,
                "values": dict(one.values),
            }
            for one in form.vectors
        ]
    )
