"""What the departments of adversity know: disability, custody, courts, missing people, deaths, major illness."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from ciyou.batch.synth.desk import Desk
from ciyou.batch.synth.guardians import write_guardians
from ciyou.batch.synth.people import Family, Person

_DISABILITY_KINDS = ("", "视力", "听力", "言语", "肢体", "智力", "精神", "多重")
_GRADES = ("", "一级", "二级", "三级", "四级")
_CUSTODY = {"prison": "服刑在押", "detox": "强制隔离戒毒", "confined": "其他限制人身自由措施"}
_ORGANS = {"prison": ("监狱", "监狱", "看守所"), "detox": ("强戒所",), "confined": ("看守所",)}
_RULINGS = {"declared_dead": "宣告死亡", "declared_missing": "宣告失踪", "revoked": "撤销监护人资格"}
_POLICE = {"lost_contact": "失联", "deported": "遣送出境"}


class AdverseDepartments:
    """The desks that record what befell people, each of a few only."""

    def __init__(self, desks: Mapping[str, Desk], as_of: dt.date) -> None:
        self._desks = desks
        self._as_of = as_of

    def record_adult(self, person: Person, home: Family) -> None:
        """What departments have about an adult because of what befell him or her."""
        state = person.state
        if person.died_on is not None:
            self.record_death(person, home)
        if state is not None:
            self._state(person, home, state.code)
        if person.severely_ill:
            self.record_illness(person, home, state.since if state else None)
        if person.disability:
            self.record_disability(person, home)

    def record_disability(self, person: Person, family: Family) -> None:
        """The disabled persons' federation's record."""
        desk = self._desks["disability"]
        chance = desk.chance
        disability = person.disability
        assert disability is not None
        certificate = f"{person.id_no}{disability.kind}{disability.grade}"
        errors: tuple[str, ...] = ()
        if desk.spoils(0.01):
            place = chance.below(17)
            certificate = f"{certificate[:place]}{chance.below(10)}{certificate[place + 1 :]}"
            errors = ("cert_typo",)
        known = person.state.since if person.state and person.state.code == "severe_disability" else None
        issued = known or max(person.birth, self._as_of - dt.timedelta(days=chance.between(60, 3200)))
        own = (_DISABILITY_KINDS[disability.kind], _GRADES[disability.grade], desk.write_event(issued))
        guardians: list[tuple[str, str]] = []
        if person.kind == "child":
            guardians = write_guardians(desk, family, most=1, with_numbers=False)
        desk.write(person, family, own, errors=errors, guardians=guardians, certificate=certificate)

    def _state(self, person: Person, home: Family, code: str) -> None:
        state = person.state
        assert state is not None
        if code in _CUSTODY:
            desk = self._desks["custody"]
            if desk.chance.unit() < 0.96:
                self._custody(person, home)
        elif code in _RULINGS:
            desk = self._desks["court"]
            if desk.chance.unit() < 0.98:
                case = f"({state.since.year}){home.county.city.province[0]}民特{desk.chance.between(1, 900)}号"
                desk.write(person, home, (_RULINGS[code], desk.write_event(state.since), case))
        elif code in _POLICE:
            desk = self._desks["missing"]
            if desk.chance.unit() < 0.85:
                receipt = f"HZ{desk.chance.digits(9)}"
                desk.write(person, home, (_POLICE[code], desk.write_event(state.since), receipt))

    def _custody(self, person: Person, home: Family) -> None:
        desk = self._desks["custody"]
        state = person.state
        assert state is not None and state.term is not None
        errors: tuple[str, ...] = ()
        term = str(state.term)
        if desk.spoils(0.05):
            term, errors = "", ("term_missing",)
        elif desk.spoils(0.04):
            years, months = divmod(state.term, 12)
            term = (f"{years}年" if years else "") + (f"{months}个月" if months else "")
            errors = ("term_text",)
        own = (_CUSTODY[state.code], desk.write_event(state.since), term, desk.chance.pick(_ORGANS[state.code]))
        desk.write(person, home, own, errors=errors)

    def record_death(self, person: Person, home: Family) -> None:
        """The death certificate, if the list has it."""
        desk = self._desks["deaths"]
        if desk.chance.unit() < 0.96:
            desk.write(person, home, (desk.write_event(person.died_on), f"SW{desk.chance.digits(10)}"))

    def record_illness(self, person: Person, home: Family, since: dt.date | None) -> None:
        """The record of a major illness, diagnosed on that day (None: some day or other)."""
        desk = self._desks["illness"]
        if since is None or desk.chance.unit() < 0.92:
            lived = min(1500, max(1, (self._as_of - person.birth).days))
            since = since or self._as_of - dt.timedelta(days=desk.chance.below(lived))
            desk.write(person, home, (person.disease, desk.write_event(since)))
