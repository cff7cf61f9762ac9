"""Words and tables for training and publicity."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.accounts.selectors import PostCard, division_choices, division_name, division_names, level_of
from ciyou.apps.oversight.training_figures import GIVEN, OPEN
from ciyou.apps.training.counting import CourseCounts, PublicityCounts, WorkerCounts
from ciyou.apps.training.reading import CourseLine
from ciyou.core.access.actor import DIVISION_DIGITS, Actor
from ciyou.core.indicators.suppression import Column
from ciyou.packs import load_training
from ciyou.web.context import short_language
from ciyou.web.figure_tables import NOTHING, TEXT, Shown, Table, Wanted, table_of
from ciyou.web.figure_tables import words as cell_of

Place = tuple[str, str]
YEARS_BACK, _TOWNSHIP_DIGITS = 3, 9
_BELOW = {"county": "township", "township": "village"}


@dataclass(frozen=True)
class CourseRow:
    """A course with its words."""

    line: CourseLine
    kind: str
    audience: str
    state: str
    chip: str


@dataclass(frozen=True)
class Township:
    """The workers of a township on the form: each with its place, and whether it is ticked as away."""

    name: str
    people: tuple[tuple[PostCard, str, bool], ...]


def choices(listed: Mapping[str, tuple[str, str]], lang: str) -> list[tuple[str, str]]:
    """Codes of the packs with their words."""
    return [(code, names[lang == "en"]) for code, names in listed.items()]


def theme_name(code: str, division: str) -> str:
    """What a theme is called; its code where the packs no longer know it."""
    return load_training(division=division).themes.get(code, (code, code))[short_language() == "en"]


def place_choices(actor: Actor) -> list[Place]:
    """The actor's own area, and the places one level below it."""
    own = actor.scope.first
    below = _BELOW.get(level_of(own))
    return [(own, division_name(own)), *(division_choices(actor, level=below) if below else ())]


def year_of(request: HttpRequest) -> int:
    """The year of the address; this year where it names none of those on offer."""
    this, typed = timezone.localdate().year, request.GET.get("year", "")
    return int(typed) if typed in {str(this - back) for back in range(-1, YEARS_BACK)} else this


def year_choices(chosen: int) -> list[tuple[int, bool]]:
    """The years on offer: next year's courses, this year's, and earlier ones."""
    this = timezone.localdate().year
    return [(this - back, this - back == chosen) for back in range(-1, YEARS_BACK)]


def year_words(year: int) -> str:
    """A calendar year in words."""
    return _("%(year)s 年") % {"year": year}


def course_row(line: CourseLine) -> CourseRow:
    """A course with its words and its state by today."""
    pack, lang = load_training(division=line.division), short_language()
    kind = pack.kinds.get(line.kind, (line.kind, line.kind))[lang == "en"]
    audience = pack.audiences.get(line.audience)
    state, chip = _state(line, timezone.localdate())
    return CourseRow(line, kind, audience.name(lang) if audience else line.audience, state, chip)


def _state(line: CourseLine, today: dt.date) -> tuple[str, str]:
    if line.called_off:
        return _("已取消"), "bad"
    if line.sessions:
        return _("已登记到课"), "yes"
    if line.starts_on > today:
        return _("还没有开始"), "presumed"
    return _("待登记到课"), "undetermined"


def by_township(people: Iterable[tuple[PostCard, bool]]) -> list[Township]:
    """The people of a form by township, in the order in which they come."""
    listed = list(people)
    found: dict[str, list[tuple[PostCard, bool]]] = {}
    for card, ticked in listed:
        found.setdefault(card.division[:_TOWNSHIP_DIGITS].ljust(DIVISION_DIGITS, "0"), []).append((card, ticked))
    names = division_names({*found, *(card.division for card, _ticked in listed)})
    return [
        Township(names[place], tuple((card, names[card.division], ticked) for card, ticked in rows))
        for place, rows in found.items()
    ]


def _count(value: int) -> Shown:
    return Shown("count", value)


def _share(part: int, whole: int) -> Shown:
    return Shown(TEXT, f"{round(100 * part / whole)}%" if whole else "—")


def worker_table(title: str, places: Sequence[Place], counts: WorkerCounts) -> Table:
    """Holders of posts, how many of them were trained, hours, and the place's standard, or that it has none."""
    labels = (_("在岗"), _("参加过培训"), _("比例"), _("学时合计"), _("当地标准"), _("达到标准"))
    body = [(name, _worker_cells(counts, lambda column, code=code: column[code])) for code, name in places]
    body.append((_("合计"), _worker_cells(counts, lambda column: column.total())))
    note = _("在岗按岗位人数，代班的不算。一人一年参加过一次即算参加过；学时按当时所在的地方计。")
    return Table(title, _("地方"), labels, tuple(body) if counts.holders or counts.hours else (), True, note)


def _worker_cells(counts: WorkerCounts, of: Callable[[Counter[str]], int]) -> tuple[Shown, ...]:
    holders, trained, measured = of(counts.holders), of(counts.trained), of(counts.measured)
    if measured:
        standard = cell_of(_("对 %(count)s 人有标准") % {"count": measured})
    else:
        standard = cell_of(_("当地没有规定，请向民政部门确认"))
    reached = _count(of(counts.reached)) if measured else NOTHING
    return (_count(holders), _count(trained), _share(trained, holders), _count(of(counts.hours)), standard, reached)


def course_table(places: Sequence[Place], audiences: Sequence[Place], counts: CourseCounts) -> Table:
    """Courses whose people are counted only: how many came, by audience."""
    sessions, heads = counts.sessions, counts.heads
    labels = (_("场次"), *(name for _code, name in audiences))

    def cells(codes: Sequence[str]) -> tuple[Shown, ...]:
        held = sum(sessions.get((place, audience), 0) for place in codes for audience, _name in audiences)
        people = (sum(heads.get((place, audience), 0) for place in codes) for audience, _name in audiences)
        return (_count(held), *map(_count, people))

    body = [(name, cells([code])) for code, name in places]
    body.append((_("合计"), cells([code for code, _name in places])))
    return Table(_("只记人数的课程"), _("地方"), labels, tuple(body) if heads else (), True, _("人次，不记姓名。"))


def publicity_tables(places: Sequence[Place], themes: Sequence[Place], counts: PublicityCounts) -> tuple[Table, Table]:
    """Activities of publicity and how many they reached, by place and by theme."""
    labels = (_("场次"), _("覆盖人次"))

    def table(title: str, first: str, rows: Sequence[Place], found: Mapping[str, tuple[int, int]]) -> Table:
        body = [(name, tuple(map(_count, found.get(code, (0, 0))))) for code, name in rows if code in found]
        body.append((_("合计"), tuple(_count(sum(one[column] for one in found.values())) for column in (0, 1))))
        return Table(title, first, labels, tuple(body) if found else (), True)

    known = {code for code, _name in themes}
    listed = [*themes, *((code, code) for code in counts.by_theme if code not in known)]
    by_place = table(_("宣传：各地"), _("地方"), places, counts.by_place)
    return by_place, table(_("宣传：各主题"), _("主题"), listed, counts.by_theme)


def guidance_table(places: Sequence[Place], columns: Mapping[str, Column]) -> Table:
    """Guidance for families: made in the year, and running today. They are about children's files, so small numbers are withheld."""
    wanted = (Wanted(GIVEN, _("当年作出")), Wanted(OPEN, _("目前进行中")))
    note = _("受特别保护的儿童不计入；人数很少的不公布。")
    return table_of(_("家庭教育指导"), _("地方"), columns, wanted, places, note=note)
