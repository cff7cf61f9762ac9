"""Two files in rows: what each says of one thing, and whether they say the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.registry.selectors import ComparedFile, Comparison, FactLine
from ciyou.core.rules.words import value_words
from ciyou.web.explaining import source_name
from ciyou.web.registry_wording import IDENTIFIERS, MEMBERS, STATUSES
from ciyou.web.templatetags.ciyou_ui import day, moment
from ciyou.web.wording import RELATIONS, SEXES

WORK = {
    "cases.Lead.person": gettext_lazy("线索"),
    "cases.VisitedChild.person": gettext_lazy("走访"),
}


@dataclass(frozen=True)
class Said:
    """What one file says of one thing, and who said so; empty where it says nothing."""

    words: str = ""
    by: str = ""


@dataclass(frozen=True)
class ComparedRow:
    """One thing in both files. `differs`: both speak, and not alike, whoever said so."""

    label: str
    first: Said
    second: Said

    @property
    def differs(self) -> bool:
        return not self.is_same and not self.is_in_one

    @property
    def is_same(self) -> bool:
        return self.first.words == self.second.words

    @property
    def is_in_one(self) -> bool:
        return bool(self.first.words) != bool(self.second.words)


@dataclass(frozen=True)
class ComparedPart:
    """Rows of one kind: those to look at, those that only one file has (of facts there are many), and those that are alike."""

    title: str
    rows: tuple[ComparedRow, ...]
    in_one: tuple[ComparedRow, ...] = ()
    alike: tuple[ComparedRow, ...] = ()


def parts_of(comparison: Comparison, lang: str) -> list[ComparedPart]:
    """Identity, family, facts and work of two files, row by row."""
    return parts_of_files(comparison.first, comparison.second, lang)


def parts_of_files(first: ComparedFile, second: ComparedFile, lang: str) -> list[ComparedPart]:
    """The same of any two files."""
    return [
        _part(_("身份"), _rows(_plain(_identity(first)), _plain(_identity(second)))),
        _part(_("家庭"), _rows(_plain(_family(first)), _plain(_family(second)))),
        _part(_("情况"), _rows(_facts(first.facts, lang), _facts(second.facts, lang)), folded=True),
        ComparedPart(_("办理"), tuple(_rows(_plain(_work(first)), _plain(_work(second))))),
    ]


def _part(title: str, rows: list[ComparedRow], *, folded: bool = False) -> ComparedPart:
    told = [row for row in rows if row.first.words or row.second.words]
    in_one = [row for row in told if folded and row.is_in_one]
    alike = [row for row in told if row.is_same]
    left = [row for row in told if row not in in_one and row not in alike]
    return ComparedPart(title, tuple(left), tuple(in_one), tuple(alike))


def _rows(first: Mapping[str, Said], second: Mapping[str, Said]) -> list[ComparedRow]:
    labels = dict.fromkeys([*first, *second])
    return [ComparedRow(label, first.get(label, Said()), second.get(label, Said())) for label in labels]


def _plain(values: Mapping[str, str]) -> dict[str, Said]:
    return {label: Said(words) for label, words in values.items()}


def _identity(file: ComparedFile) -> dict[str, str]:
    card = file.card
    found = {
        _("姓名"): card.name,
        _("性别"): str(SEXES.get(card.sex, "")),
        _("出生日期"): day(card.birth_date) if card.birth_date else "",
        _("户籍所在地"): division_name(card.division),
        _("现住地"): division_name(card.residence_division) if card.residence_division else "",
        _("档案状态"): str(STATUSES.get(card.status, "")) or _("在册"),
    }
    numbers: dict[str, list[str]] = {}
    for one in file.identifiers:
        numbers.setdefault(str(IDENTIFIERS.get(one.kind, one.kind)), []).append(one.masked)
    return found | {label: _("、").join(values) for label, values in numbers.items()}


def _family(file: ComparedFile) -> dict[str, str]:
    family, found = file.family, dict[str, list[str]]()
    for kin in (family.father, family.mother, *family.others):
        if kin is not None:
            found.setdefault(str(RELATIONS.get(kin.kind, kin.kind)), []).append(kin.person.name or _("姓名不详"))
    return {label: _("、").join(names) for label, names in found.items()}


def _facts(lines: Iterable[FactLine], lang: str) -> dict[str, Said]:
    """What stands, each fact with its value and who said so; of what is withheld only that a department knows it."""
    values: dict[str, dict[str, None]] = {}
    sources: dict[str, dict[str, None]] = {}
    for line in sorted(lines, key=lambda one: one.fact_id):
        member = str(MEMBERS[line.entity])
        if line.withheld or line.definition is None or line.value is None:
            values.setdefault(member, {})[_("有部门核实的情况")] = None
            continue
        label = _("%(member)s · %(fact)s") % {"member": member, "fact": line.definition.label(lang)}
        values.setdefault(label, {})[value_words(line.value, line.definition).text(lang)] = None
        sources.setdefault(label, {})[source_name(line.source, lang)] = None
    between = _("；")
    return {
        label: Said(between.join(sorted(one)), between.join(sources.get(label, ()))) for label, one in values.items()
    }


def _work(file: ComparedFile) -> dict[str, str]:
    counts = {str(WORK[name]): str(count) for name, count in file.work.items()}
    return counts | {_("证明材料"): str(file.evidence), _("建档时间"): moment(file.opened)}
