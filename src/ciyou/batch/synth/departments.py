"""What the departments of everyday life know of a family, and whom they miss: police, schools, insurance, maternity, assistance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from ciyou.batch.synth.adverse_departments import AdverseDepartments
from ciyou.batch.synth.desk import Desk
from ciyou.batch.synth.guardians import write_guardians, write_these
from ciyou.batch.synth.names import NameStyle, PersonalName
from ciyou.batch.synth.people import Family, Living, Person
from ciyou.batch.synth.places import County, Town

_SCHOOLS = {
    "学前": ("中心幼儿园", "幼儿园"),
    "小学": ("中心小学", "小学", "九年一贯制学校"),
    "初中": ("初级中学", "九年一贯制学校"),
    "高中": ("高级中学", "中学"),
    "中职": ("职业中学", "职教中心"),
}
_HOSPITALS = ("县人民医院", "县妇幼保健院", "中心卫生院", "县中医院")
_BIRTHS_LISTED_YEARS = 12


class Departments:
    """The departments that look at the same families, each from its side; adverse events are left to their own."""

    def __init__(self, desks: Mapping[str, Desk], as_of: dt.date) -> None:
        self._desks = desks
        self._as_of = as_of
        self._adversity = AdverseDepartments(desks, as_of)

    def record_family(self, family: Family) -> None:
        """Everything all departments have about one family."""
        headed_by_elders = bool(family.grandparents) and self._desks["hukou"].chance.hit(0.5)
        if headed_by_elders:
            for position, elder in enumerate(family.grandparents):
                self._hukou(elder, family, "户主" if position == 0 else "配偶")
        for parent in family.parents:
            self._record_parent(parent, family, headed_by_elders)
        for child in family.children:
            self._record_child(child, family, headed_by_elders)

    def _record_parent(self, parent: Person, family: Family, headed_by_elders: bool) -> None:
        hukou, medins = self._desks["hukou"], self._desks["medins"]
        code = parent.state.code if parent.state else ""
        struck_off = code in ("dead", "declared_dead")
        if hukou.chance.unit() < (0.3 if struck_off else 0.05 if code == "deported" else 0.985):
            word = "户主" if parent.male or family.father is None else "配偶"
            if headed_by_elders:
                word = "子" if parent.male else "儿媳"
            self._hukou(parent, family, word)
        if not struck_off and medins.chance.unit() < (0.35 if family.living is Living.ALL_AWAY else 0.93):
            self._medins(parent, family, paid=medins.chance.unit() < 0.95)
        if family.poverty and not struck_off and self._desks["dibao"].chance.unit() < 0.93:
            self._dibao(parent, family)
        self._adversity.record_adult(parent, family)

    def _record_child(self, child: Person, family: Family, headed_by_elders: bool) -> None:
        chance = self._desks["hukou"].chance
        away = family.living is Living.ALL_AWAY
        if child.registered and chance.unit() < (0.5 if child.died_on else 0.988):
            self._hukou(child, family, _relation_of(child, family, headed_by_elders))
        if child.school_stage and not child.died_on and chance.unit() < (0.35 if away else 0.985):
            self._school(child, family)
        if (child.insured or chance.unit() < 0.4) and chance.unit() < (0.45 if away else 0.985):
            self._medins(child, family, paid=child.insured)
        if (self._as_of - child.birth).days < 365 * _BIRTHS_LISTED_YEARS and family.mother and chance.unit() < 0.95:
            self._birth(child, family)
        if family.poverty and chance.unit() < 0.96:
            self._dibao(child, family)
        self._record_troubles(child, family)

    def _record_troubles(self, child: Person, family: Family) -> None:
        chance = self._desks["hukou"].chance
        if child.disability and child.registered and chance.unit() < 0.9:
            self._adversity.record_disability(child, family)
        if child.severely_ill and chance.unit() < 0.92:
            self._adversity.record_illness(child, family, None)
        if child.died_on:
            self._adversity.record_death(child, family)

    def _hukou(self, person: Person, family: Family, word: str) -> None:
        desk = self._desks["hukou"]
        is_child = person.kind == "child"
        away = family.living is Living.ALL_AWAY and person.kind != "grandparent"
        if person.kind == "parent" and person.state is None:
            away |= family.living is Living.BOTH_PARENTS_AWAY or person is family.away_parent
        residence = since = ""
        if away and family.away_to and desk.chance.unit() < 0.9:
            residence = family.away_to.code
            since = desk.write_event(family.away_since) if desk.chance.unit() < 0.95 else ""
        # The police know the village; a sixth of the rows carry only the county's code.
        division = family.village.code if desk.chance.unit() < 0.83 else family.county.code
        desk.write(
            person,
            family,
            (word, residence, since),
            guardians=write_guardians(desk, family, most=2, with_numbers=True) if is_child else (),
            place=(family.county, division),
            household_no=family.household_no,
        )

    def _school(self, child: Person, family: Family) -> None:
        desk = self._desks["school"]
        chance = desk.chance
        stage = child.school_stage
        age = (self._as_of - child.birth).days // 365
        grade = {"小学": age - 5, "初中": age - 11}.get(stage, age - 14 if age >= 15 else age - 2)
        boarding = stage != "学前" and chance.unit() < (0.12 if stage == "小学" else 0.45)
        status = {"dropped_out": "辍学", "suspended": "休学"}.get(child.school_status, "在读")
        most = 2 if chance.unit() < 0.5 else 1
        place = _place(family, away=family.living is Living.ALL_AWAY)
        own_number = bool(child.id_no) and chance.unit() < 0.9
        kind = chance.pick(_SCHOOLS[stage])
        desk.write(
            child,
            family,
            (
                place[0].name[:2] + family.town.name[:2] + kind,
                _school_code(place[0], family.town, kind),
                stage,
                str(min(6 if stage == "小学" else 3, max(1, grade))),
                "是" if boarding else "否",
                status,
            ),
            guardians=write_guardians(desk, family, most=most, with_numbers=False),
            certificate="G" if own_number else f"L{family.county.code}{chance.digits(12)}",
            place=place,
        )

    def _medins(self, person: Person, family: Family, *, paid: bool) -> None:
        desk = self._desks["medins"]
        is_child = person.kind == "child"
        newborn = is_child and (self._as_of - person.birth).days < 365 and bool(family.parents) and desk.spoils(0.28)
        holder = person
        errors: tuple[str, ...] = ()
        if newborn:
            # Enrolled under a parent's number until the child has its own.
            parent = family.mother or family.parents[0]
            holder = replace(person, id_no=parent.id_no)
            errors = ("id_guardian",)
        desk.write(
            holder,
            family,
            (str(self._as_of.year), "正常参保" if paid else "未缴费"),
            errors=errors,
            guardians=write_guardians(desk, family, most=1, with_numbers=False) if is_child else (),
        )

    def _birth(self, child: Person, family: Family) -> None:
        desk = self._desks["births"]
        chance = desk.chance
        mother = family.mother
        assert mother is not None
        parents = (mother, family.father) if family.father else (mother,)
        infant = child
        errors: tuple[str, ...] = ("name_placeholder",)
        draw = chance.unit()
        if draw < 0.24 * desk.noise:
            infant = _called(child, f"{mother.name.text}之{'子' if child.male else '女'}")
        elif draw < 0.34 * desk.noise:
            infant = _called(
                child, chance.pick(("", "", "未取名", f"{mother.name.text}{'长子' if child.male else '长女'}"))
            )
        else:
            errors = ()
        guardians = write_these(desk, parents, with_numbers=True)
        own = (chance.pick(_HOSPITALS), str(int(chance.bell(3250 if not child.twin else 2500, 420))))
        desk.write(infant, family, own, errors=errors, guardians=guardians)

    def _dibao(self, person: Person, family: Family) -> None:
        desk = self._desks["dibao"]
        errors: tuple[str, ...] = ()
        amount = "" if family.poverty_amount_yuan is None else str(family.poverty_amount_yuan)
        size = str(family.size)
        if amount and desk.spoils(0.03):
            amount = desk.chance.pick((f"{amount}元/月", f"{amount}.00", f"￥{amount}", f"约{amount}"))
            errors = ("amount_text",)
        if desk.spoils(0.008):
            size = f"{size}人"
            errors = (*errors, "size_text")
        guardians: list[tuple[str, str]] = []
        if person.kind == "child":
            guardians = write_guardians(desk, family, most=2, with_numbers=True)
        own = (family.poverty, desk.write_event(family.poverty_since), amount, size)
        town = family.town.code + "000"
        place = (family.county, town if desk.chance.unit() < 0.6 else family.county.code)
        desk.write(person, family, own, errors=errors, guardians=guardians, place=place)


def _relation_of(child: Person, family: Family, headed_by_elders: bool) -> str:
    if family.living is Living.INSTITUTION:
        return "集体户成员"
    if headed_by_elders:
        return "孙子" if child.male else "孙女"
    return "子" if child.male else "女"


def _called(child: Person, text: str) -> Person:
    return replace(child, name=PersonalName("", text, NameStyle.HAN))


def _place(family: Family, *, away: bool) -> tuple[County, str]:
    county = family.away_to if away and family.away_to else family.county
    return county, county.code


def _school_code(county: County, town: Town, kind: str) -> str:
    """Ten digits for a school; they begin with 9 and a county that was never given out, so that they are no real school's."""
    kinds = sorted({one for those in _SCHOOLS.values() for one in those})
    position = int(town.code[-2:]) - (
        town.code[-3] == "0"
    )  # streets are counted from 1, towns and townships from 100 and 200
    return f"9{county.code}{position * len(kinds) + kinds.index(kind):03d}"
