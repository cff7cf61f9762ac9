"""Mappings for the national child-welfare system: one folder each, data only, rewritten by a place without code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ciyou.core.errors import PackError
from ciyou.core.facts.definition import Entity, FactDefinition, FactType, Vocabulary
from ciyou.packs.exchange_mappings import (
    BIRTH_DATE,
    CATEGORY,
    CIRCUMSTANCE,
    COMPARE,
    DATES,
    ENTITLEMENT,
    ID_NUMBER,
    KEY,
    MONEY,
    NAME,
    RESTRICTED,
    SHAPES,
    SHOWN_ONLY,
    THEIRS,
    USES,
    WORDED,
    ExchangeColumn,
    ExchangeMapping,
    Shape,
)
from ciyou.packs.loading import load_packs, overlay_key
from ciyou.packs.located_yaml import Notes, Section, nearest, read_yaml
from ciyou.packs.pack_files import SHIPPED, Pack, PackSet
from ciyou.packs.roster_columns import word_key
from ciyou.packs.roster_pack import header_key
from ciyou.packs.rule_files import check_code
from ciyou.packs.sources import STANDING_OF_CONFIDENCE, read_citation

FOLDER, FILE = "exchange", "mapping.yaml"


def load_exchange_mappings(*, division: str, root: Path = SHIPPED) -> Mapping[str, ExchangeMapping]:
    """Every mapping of a division (2 to 12 digits) by code, the narrowest place's first; raises PackError with all mistakes at once."""
    return _mappings(overlay_key(division, root=root), root)


@lru_cache(maxsize=64)
def _mappings(chain: tuple[str, ...], root: Path) -> Mapping[str, ExchangeMapping]:
    pack_set, notes = load_packs(root), Notes()
    reader = _Reader(pack_set, notes)
    found: dict[str, ExchangeMapping] = {}
    for pack in reversed([pack for pack in pack_set.packs if pack.code in chain]):
        for mapping in reader.read_pack(pack):
            found.setdefault(mapping.code, mapping)
    if notes.found:
        raise PackError(notes.sorted())
    return MappingProxyType(found)


class _Reader:
    """Reads mappings against the vocabulary and the rules of the packs."""

    def __init__(self, pack_set: PackSet, notes: Notes) -> None:
        self._documents, self._vocabulary, self._notes = pack_set.documents, pack_set.vocabulary, notes
        self._rules = {kind: _classes(pack_set.packs, kind) for kind in ("categories", "entitlements")}

    def read_pack(self, pack: Pack) -> list[ExchangeMapping]:
        found = []
        for folder in sorted(path for path in (pack.folder / FOLDER).glob("*") if path.is_dir()):
            file = f"{pack.name}/{FOLDER}/{folder.name}/{FILE}"
            section = read_yaml(folder / FILE, file=file, notes=self._notes)
            if section is not None and (mapping := self._read(section, folder.name)) is not None:
                found.append(mapping)
        return found

    def _read(self, section: Section, code: str) -> ExchangeMapping | None:
        check_code(section, code)
        names, note = section.names("name"), section.names("note", required=False)
        default, verified = section.boolean("policy_default") or False, section.boolean("verified") or False
        confidence = section.choice("confidence", STANDING_OF_CONFIDENCE, code="source_confidence")
        citation = section.section("source", required=False)
        source = None if citation is None else read_citation(citation, self._documents)
        if source is None and not default:
            _note_no_source(section)
        file = section.section("file")
        awards = tuple(
            one for one in section.texts("awards") if self._known(section, "awards", one, self._rules["entitlements"])
        )
        columns = tuple(self._columns(section))
        section.close()
        if file is None:
            return None
        mapping = ExchangeMapping(
            code=code,
            zh=names[0],
            en=names[1],
            policy_default=default,
            verified=verified,
            confidence=confidence,
            sources=() if source is None else (source,),
            note_zh=note[0],
            note_en=note[1],
            sheet=file.text("sheet"),
            dates=file.choice("dates", DATES),
            money=file.choice("money", MONEY, default="yuan"),
            awards=awards,
            columns=columns,
        )
        file.close()
        return mapping

    def _columns(self, section: Section) -> list[ExchangeColumn]:
        found, values, titles = [], set[str](), dict[str, str]()
        for entry in section.sections("columns"):
            column = self._column(entry)
            if column is None:
                continue
            if column.value in values:
                entry.notes.add(
                    entry.value_place("value"),
                    "value_twice",
                    f"“{column.value}”对应了两列；请只留一列。",
                    f"Two columns stand for “{column.value}”; keep one of them.",
                )
            values.add(column.value)
            _note_titles(entry, column, titles)
            found.append(column)
        _note_no_key(section, found)
        return found

    def _column(self, entry: Section) -> ExchangeColumn | None:
        title, value, use = entry.text("title"), entry.text("value"), entry.choice("use", USES)
        also, export = entry.texts("also"), entry.boolean("export")
        required = entry.boolean("required") or False
        shape = self._shape(entry, value)
        words = entry.section("words", required=shape is not None and shape.kind in WORDED)
        by_word, written = self._words(words, value, shape) if words is not None and shape is not None else ({}, {})
        zh, en = entry.text("zh", required=False), entry.text("en", required=False)
        _note_wrong_use(entry, value, use)
        entry.close()
        if shape is None or not title:
            return None
        return ExchangeColumn(
            title=title,
            titles=(title, *also),
            value=value,
            use=use,
            export=not value.startswith(THEIRS) if export is None else export,
            required=required,
            shape=shape,
            words=MappingProxyType(by_word),
            written=MappingProxyType(written),
            zh=zh,
            en=en,
        )

    def _shape(self, entry: Section, value: str) -> Shape | None:
        """What a value is; noted where there is none such, or where it may not stand in a list."""
        if value in SHAPES:
            return SHAPES[value]
        if value.startswith(THEIRS):
            return Shape("text")
        owner, _dot, name = value.partition(".")
        if name == CIRCUMSTANCE and owner in (Entity.FATHER, Entity.MOTHER):
            return Shape("codes", _adverse(self._vocabulary), 4)
        entity = Entity(owner) if owner in (Entity.CHILD, Entity.FATHER, Entity.MOTHER) else None
        definition = None if entity is None else self._vocabulary.find(entity, name)
        if definition is None:
            _note_unknown_value(entry, value, self._vocabulary)
            return None
        if definition.sensitivity >= RESTRICTED:
            entry.notes.add(
                entry.value_place("value"),
                "restricted_value",
                f"“{value}”属于特别保护内容，不能出现在名单和导出中；请删去这一列。",
                f"“{value}” is restricted and may stand in no list or export; delete this column.",
            )
            return None
        return _shape_of(definition)

    def _words(self, words: Section, value: str, shape: Shape) -> tuple[dict[str, str], dict[str, str]]:
        by_word: dict[str, str] = {}
        written: dict[str, str] = {}
        for code in words:
            spellings = words.texts(code, required=True)
            if not self._is_code(words, code, value, shape) or not spellings:
                continue
            written[code] = spellings[0]
            for word in spellings:
                if by_word.setdefault(word_key(word), code) != code:
                    words.notes.add(
                        words.value_place(code),
                        "ambiguous_word",
                        f"“{word}”对应了两个值；请只留一处。",
                        f"“{word}” stands for two values; keep it in one.",
                    )
        words.close()
        return by_word, written

    def _is_code(self, words: Section, code: str, value: str, shape: Shape) -> bool:
        if value == CATEGORY:
            return self._known(words, code, code, self._rules["categories"])
        if value == ENTITLEMENT:
            return self._known(words, code, code, self._rules["entitlements"])
        fits = code in shape.codes if shape.codes else shape.kind == "integer" and code.lstrip("-").isdigit()
        if not fits:
            allowed = "、".join(shape.codes) or "0, 1, 2 …"
            words.notes.add(
                words.key_place(code),
                "unknown_choice",
                f"这一列的值不能是“{code}”；可用：{allowed}。",
                f"A value of this column cannot be “{code}”; use {allowed.replace('、', ', ')}.",
            )
        return fits

    def _known(self, section: Section, key: str, code: str, known: Mapping[str, int]) -> bool:
        place = section.key_place(key) if key == code else section.value_place(key)
        if code not in known:
            hint_zh, hint_en = nearest(code, known)
            section.notes.add(
                place,
                "unknown_rule",
                f"没有“{code}”这条规则；请核对代号。{hint_zh}",
                f"There is no rule “{code}”; check the code. {hint_en}".strip(),
            )
            return False
        if known[code] >= RESTRICTED:
            section.notes.add(
                place,
                "restricted_value",
                f"“{code}”属于特别保护内容，不能出现在名单和导出中；请删去。",
                f"“{code}” is restricted and may stand in no list or export; delete it.",
            )
            return False
        return True


def _classes(packs: Iterable[Pack], kind: str) -> dict[str, int]:
    """The classes of the rules of one kind that any pack has, by code; the highest that a pack states."""
    found: dict[str, int] = {}
    for path in (path for pack in packs for path in pack.folder.glob(f"{kind}/*/rule.yaml")):
        section = read_yaml(path, file=path.name, notes=Notes())
        stated = section.integer("sensitivity") if section is not None and section.has("sensitivity") else None
        found[path.parent.name] = max(found.get(path.parent.name, 3), stated or 3)
    return found


def _shape_of(definition: FactDefinition) -> Shape:
    kinds = {
        FactType.BOOL: ("code", ("true", "false")),
        FactType.ENUM: ("code", tuple(definition.options)),
        FactType.INT: ("integer", ()),
        FactType.MONEY: ("money", ()),
        FactType.DATE: ("date", ()),
        FactType.DIVISION: ("division", ()),
    }
    kind, codes = kinds[definition.type]
    return Shape(kind, codes, definition.sensitivity)


def _adverse(vocabulary: Vocabulary) -> tuple[str, ...]:
    """The plain yes-or-no facts of a parent that may stand in a list."""
    return tuple(
        one.name
        for one in vocabulary
        if "parent" in one.about and one.type is FactType.BOOL and one.sensitivity < RESTRICTED
    )


def _note_no_source(section: Section) -> None:
    section.notes.add(
        section.value_place("policy_default"),
        "no_source",
        "对照表没有来源时，必须写明 policy_default: true（推测的版式，不是系统的模板）。",
        "A mapping without a source must be marked `policy_default: true` (assumed, not the system's own template).",
    )


def _note_titles(entry: Section, column: ExchangeColumn, titles: dict[str, str]) -> None:
    for title in column.titles:
        if titles.setdefault(header_key(title), column.value) != column.value:
            entry.notes.add(
                entry.value_place("title"),
                "column_twice",
                f"列名“{title}”写在了两列里；请只留一处。",
                f"The title “{title}” belongs to two columns; keep it in one.",
            )


def _note_no_key(section: Section, columns: Iterable[ExchangeColumn]) -> None:
    keys = {column.value for column in columns if column.use == KEY}
    if ID_NUMBER not in keys and not {NAME, BIRTH_DATE} <= keys:
        section.notes.add(
            section.value_place("columns"),
            "no_key",
            f"没有可用来认人的列；请把“{ID_NUMBER}”或“{NAME}”加“{BIRTH_DATE}”标为 use: key。",
            f"Nothing here tells who a row is about; mark “{ID_NUMBER}”, or “{NAME}” with “{BIRTH_DATE}”, as `use: key`.",
        )


def _note_wrong_use(entry: Section, value: str, use: str) -> None:
    if use == KEY and value not in (ID_NUMBER, NAME, BIRTH_DATE):
        entry.notes.add(
            entry.value_place("use"),
            "no_such_key",
            f"“{value}”不能用来认人；请改为 compare 或 show。",
            f"“{value}” cannot tell who a row is about; use `compare` or `show`.",
        )
    if use == COMPARE and (value in SHOWN_ONLY or value.startswith(THEIRS)):
        entry.notes.add(
            entry.value_place("use"),
            "not_compared",
            f"“{value}”没有可以比对的内容；请改为 show。",
            f"There is nothing that “{value}” could be compared with; use `show`.",
        )


def _note_unknown_value(entry: Section, value: str, vocabulary: Vocabulary) -> None:
    if not value:
        return  # the missing key is noted
    facts = [f"{entity}.{one.name}" for one in vocabulary for entity in one.entities() if entity != Entity.HOUSEHOLD]
    hint_zh, hint_en = nearest(value, [*SHAPES, *facts])
    entry.notes.add(
        entry.value_place("value"),
        "unknown_value",
        f"不认识“{value}”；可用：{'、'.join(SHAPES)}，或 child./father./mother. 加一项事实。{hint_zh}",
        f"“{value}” is not known; use {', '.join(SHAPES)}, or a fact as child., father. or mother. {hint_en}".strip(),
    )
