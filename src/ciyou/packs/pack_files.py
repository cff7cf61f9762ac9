"""A folder of packs, read whole: the national pack and its overlays, with every mistake in the files collected."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ciyou.core.errors import Place
from ciyou.core.facts.definition import Vocabulary
from ciyou.core.rules.book import RuleKind
from ciyou.packs.located_yaml import Notes, Section, nearest, read_yaml
from ciyou.packs.own_packs import OWN, PLACE_FILE, find_own_packs, is_national, note_not_of_a_place
from ciyou.packs.parameter_files import check_division, check_overlaps, read_definition, read_rows
from ciyou.packs.parameters import ParameterDefinition, ParameterRow, ParameterTable
from ciyou.packs.plausible import check_jumps
from ciyou.packs.rule_files import Dated, PredicateFile, RuleFile, check_code, read_predicate, read_rule
from ciyou.packs.sources import Document, read_documents
from ciyou.packs.standards import read_standards
from ciyou.packs.vocabulary import Department, read_departments, read_vocabulary

SHIPPED = Path(__file__).parent
NATIONAL = "cn"
PAYMENT = "payment.yaml"
KINDS: Mapping[str, RuleKind] = {"categories": RuleKind.CATEGORY, "entitlements": RuleKind.ENTITLEMENT}
PACK_FILES = (".yaml", ".csv", ".xlsx")


@dataclass
class Pack:
    """One folder: the nation's, an overlay's, or (`own`) one that the place itself laid over the shipped ones.

    `code` is the folder's name, with `own/` before it where it is the place's own. `division` has significant digits only ('' for
    the nation).
    """

    code: str
    folder: Path
    division: str = ""
    zh: str = ""
    en: str = ""
    own: bool = False
    rules: dict[str, RuleFile] = field(default_factory=dict)
    predicates: dict[str, PredicateFile] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Where its files stand, for people and for the hash: not where the folder lies on this machine."""
        return f"{OWN}/{self.folder.name}" if self.own else self.folder.name

    def named(self, path: Path) -> str:
        """What one of its files is called."""
        return f"{self.name}/{path.relative_to(self.folder).as_posix()}"

    def versions(self) -> Iterator[Dated]:
        """Every dated text of its rules and conditions."""
        for rule in self.rules.values():
            yield from rule.versions
        for predicate in self.predicates.values():
            yield from predicate.versions


@dataclass
class PackSet:
    """Everything that a folder of packs says. `packs` go from the nation to the narrowest place."""

    packs: tuple[Pack, ...]
    vocabulary: Vocabulary
    departments: Mapping[str, Department]
    documents: Mapping[str, Document]
    table: ParameterTable
    version: str
    notes: Notes

    def chain(self, division: str) -> tuple[Pack, ...]:
        """The packs that apply in a division, from the nation to the narrowest overlay."""
        return tuple(pack for pack in self.packs if division.startswith(pack.division))

    def where_own_hold(self) -> tuple[Pack, ...]:
        """The packs of the places in which a place's own packs have a say."""
        own = tuple(pack.division for pack in self.packs if pack.own)
        return tuple(pack for pack in self.packs if own and pack.division.startswith(own))


def read_pack_set(root: Path = SHIPPED) -> PackSet:
    """Read a folder of packs, or one pack folder by itself (an overlay then extends the shipped national pack).

    Over the shipped packs a place's own are laid (`packs.own_packs`).
    """
    notes = Notes()
    wider, own = (
        find_pack_folders(root, notes),
        find_own_packs(root, notes, shipped=root.resolve() == SHIPPED.resolve()),
    )
    read = [*(_read_place(one, notes, own=False) for one in wider), *(_read_place(one, notes, own=True) for one in own)]
    packs = [pack for pack in read if pack is not None]
    # Of the same place, "own/cn_51" comes behind "cn_51": what the place says of itself has the last word.
    packs.sort(key=lambda pack: (len(pack.division), pack.code))
    reader = _Reader(packs, notes)
    return reader.read()


def find_pack_folders(root: Path, notes: Notes) -> list[Path]:
    """The pack folders under a root; notes when there is none."""
    if (root / PLACE_FILE).is_file():
        alone = [root]
        return alone if is_national(root) else [SHIPPED / NATIONAL, *alone]
    found = sorted(path.parent for path in root.glob(f"*/{PLACE_FILE}"))
    if not any(is_national(folder) for folder in found):
        notes.add(
            Place("place.yaml"),
            "no_national_pack",
            "此文件夹里没有全国包；应有 cn/place.yaml，或本身就是一个包（含 place.yaml）。",
            "There is no national pack in this folder; it should hold cn/place.yaml or be one pack itself (with a place.yaml).",
        )
        return []
    return found


def pack_paths(root: Path) -> list[Path]:
    """Every file of every pack below a root, in a fixed order."""
    return sorted(path for path in root.rglob("*") if path.suffix in PACK_FILES and path.is_file())


def content_hash(packs: Iterable[Pack]) -> str:
    """A hash of all pack files, names and contents: the pack version that decisions carry."""
    digest = hashlib.sha256()
    for pack in packs:
        for path in pack_paths(pack.folder):
            content = path.read_bytes()
            digest.update(f"{pack.named(path)}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()[:16]


def _read_place(folder: Path, notes: Notes, *, own: bool) -> Pack | None:
    name = f"{OWN}/{folder.name}" if own else folder.name
    section = read_yaml(folder / PLACE_FILE, file=f"{name}/{PLACE_FILE}", notes=notes)
    if section is None:
        return None
    zh, en = section.names("name")
    code, division = section.text("code"), section.text("division", required=False)
    check_division(division, within="", place=section.value_place("division"), notes=notes)
    extends = section.text("extends", required=bool(division))
    if extends and extends != NATIONAL:
        notes.add(
            section.value_place("extends"),
            "extends",
            f"只能扩展全国包 {NATIONAL}；范围更大的省包会自动先行适用。",
            f"A pack extends the national pack {NATIONAL}; packs of wider places apply before it by themselves.",
        )
    if own:
        note_not_of_a_place(section.place, code=code, division=division, folder=folder, notes=notes)
    section.close()
    # Without a division an own pack would be read as the nation's.
    return Pack(name if own else code, folder, division, zh, en, own) if division or not own else None


@dataclass
class _Reader:
    """Reads the packs one after the other; what the nation declares is known to the overlays."""

    packs: list[Pack]
    notes: Notes
    documents: dict[str, Document] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    definitions: dict[str, ParameterDefinition] = field(default_factory=dict)
    rows: list[ParameterRow] = field(default_factory=list)
    statistics: list[ParameterRow] = field(default_factory=list)

    def read(self) -> PackSet:
        vocabulary = Vocabulary(())
        for pack in self.packs:
            if pack.division == "":
                vocabulary = self._read_national(pack)
            self._read_documents(pack)
            self._read_parameters(pack)
            self._read_tables(pack)
            self._read_predicates(pack)
            self._read_rules(pack)
        check_overlaps([*self.rows, *self.statistics], self.notes)
        check_jumps(self.rows, self.definitions, self.notes)
        self._check_fallbacks()
        table = ParameterTable(self.definitions, tuple(self.rows), tuple(self.statistics))
        version = content_hash(self.packs)
        return PackSet(tuple(self.packs), vocabulary, self.departments, self.documents, table, version, self.notes)

    def _section(self, pack: Pack, path: Path) -> Section | None:
        return read_yaml(path, file=pack.named(path), notes=self.notes)

    def _read_national(self, pack: Pack) -> Vocabulary:
        section = self._section(pack, pack.folder / "departments.yaml")
        self.departments = read_departments(section) if section else {}
        sections = [self._section(pack, path) for path in sorted((pack.folder / "facts").glob("*.yaml"))]
        return read_vocabulary([section for section in sections if section], self.departments)

    def _read_documents(self, pack: Pack) -> None:
        path = pack.folder / "sources.yaml"
        section = self._section(pack, path) if path.is_file() else None
        for key, document in (read_documents(section) if section else {}).items():
            if key in self.documents:
                self.notes.add(
                    document.place,
                    "duplicate_key",
                    f"文件代号“{key}”已被占用；请换一个。",
                    f"The document id “{key}” is taken already; choose another.",
                )
            self.documents[key] = document

    def _read_parameters(self, pack: Pack) -> None:
        for path in sorted((pack.folder / "parameters").glob("*.yaml")):
            section = self._section(pack, path)
            if section is None:
                continue
            check_code(section, path.stem)
            definition = read_definition(section, key=path.stem) if section.has("type") or not pack.division else None
            if definition is not None:
                self.definitions[path.stem] = definition
            known = self.definitions.get(path.stem)
            if known is None:
                self._note_undeclared(path.stem, section.place)
            else:
                read = read_rows(section, known, self.documents, within=pack.division)
                self.rows.extend(replace(row, own=pack.own) for row in read)
            section.close()

    def _read_tables(self, pack: Pack) -> None:
        for name, rows in (("standards", self.rows), ("statistics", self.statistics)):
            for path in sorted((pack.folder / name).glob("*.csv")):
                file, known = pack.named(path), self.definitions.get(path.stem)
                if known is None:
                    self._note_undeclared(path.stem, Place(file, 1, 1))
                    continue
                read = read_standards(
                    path,
                    file=file,
                    definition=known,
                    documents=self.documents,
                    within=pack.division,
                    notes=self.notes,
                    statistics=name == "statistics",
                )
                rows.extend(replace(row, own=pack.own) for row in read)

    def _note_undeclared(self, key: str, place: Place) -> None:
        hint_zh, hint_en = nearest(key, self.definitions)
        self.notes.add(
            place,
            "unknown_parameter",
            f"没有声明过参数“{key}”；请先在全国包 parameters/{key}.yaml 中写明类型、名称和单位。{hint_zh}",
            f"Parameter “{key}” is not declared; give its type, name and unit in parameters/{key}.yaml of the national pack first. "
            f"{hint_en}".strip(),
        )

    def _check_fallbacks(self) -> None:
        for definition in self.definitions.values():
            target = definition.falls_back_to
            if target and (target not in self.definitions or self.definitions[target].falls_back_to):
                self._note_undeclared(target, definition.place)

    def _read_predicates(self, pack: Pack) -> None:
        for path in sorted((pack.folder / "predicates").glob("*.yaml")):
            section = self._section(pack, path)
            if section is not None:
                pack.predicates[path.stem] = read_predicate(section, code=path.stem, documents=self.documents)

    def _read_rules(self, pack: Pack) -> None:
        for folder_name, kind in KINDS.items():
            for folder in _folders(pack.folder / folder_name):
                self._read_rule(pack, folder, kind)

    def _read_rule(self, pack: Pack, folder: Path, kind: RuleKind) -> None:
        if pack.division and {path.name for path in folder.iterdir()} == {PAYMENT}:
            return  # how a wider place's entitlement is paid here; `packs.payments` reads it
        for name in ("rule.yaml", "cases.yaml"):
            if not (folder / name).is_file():
                self.notes.add(
                    Place(pack.named(folder / name)),
                    "missing_file",
                    f"缺少文件 {name}；每条规则要有 rule.yaml 和 cases.yaml。",
                    f"The file {name} is missing; every rule has a rule.yaml and a cases.yaml.",
                )
        path = folder / "rule.yaml"
        section = self._section(pack, path) if path.is_file() else None
        if section is None:
            return
        rule = read_rule(
            section,
            code=folder.name,
            kind=kind,
            documents=self.documents,
            is_overlay=pack.division != "",
            payers=self.departments,
        )
        if rule is not None:
            pack.rules[folder.name] = rule


def _folders(parent: Path) -> Iterator[Path]:
    if parent.is_dir():
        yield from sorted(
            path for path in parent.iterdir() if path.is_dir() and path.name.isidentifier() and path.name[0] != "_"
        )
