"""Lays the truth on the families: what befell the parents, how the children are, how the family lives."""

from __future__ import annotations

import datetime as dt

from ciyou.batch.synth.chance import Chance, Wheel
from ciyou.batch.synth.names import NameStyle, draw_name, draw_surname
from ciyou.batch.synth.people import Disability, Family, Living, Person, State
from ciyou.batch.synth.places import MOST_COUNTIES, delivering_county, faraway_counties
from ciyou.batch.synth.population import Settler, years_before
from ciyou.batch.synth.situations import FOUNDLINGS_PER_THOUSAND, SITUATIONS, Fate, Situation

GONE = frozenset({"dead", "declared_dead", "declared_missing"})
_OLD_ENOUGH_DAYS = 420

_POVERTY = Wheel({"低保": 0.50, "低保边缘": 0.26, "刚性支出困难": 0.13, "特困": 0.11})
_POOR = {"well": 0.018, "one": 0.16, "both": 0.45}
_PER_HEAD_YUAN = (160, 210, 255, 300, 345, 410, 480)

_DISABLED_CHILDREN = 0.016
_CHILD_KINDS = Wheel({1: 0.06, 2: 0.11, 3: 0.07, 4: 0.20, 5: 0.34, 6: 0.12, 7: 0.10})
_CHILD_GRADES = Wheel({1: 0.27, 2: 0.30, 3: 0.24, 4: 0.19})
_SEVERELY_ILL_CHILDREN = 0.004
_HIV_CHILDREN_PER_THOUSAND = 0.7
_DEAD_CHILDREN_PER_THOUSAND = 0.7
_DISEASES = ("恶性肿瘤", "白血病", "终末期肾病", "再生障碍性贫血", "重症肌无力", "肺动脉高压", "严重精神障碍")
HIV_DISEASE = "艾滋病机会性感染"

_LIVING = Wheel(
    {
        Living.AT_HOME: 0.855,
        Living.BOTH_PARENTS_AWAY: 0.075,
        Living.ONE_PARENT_AWAY: 0.037,
        Living.ALL_AWAY: 0.033,
    }
)
_GRANDPARENTS_WRITTEN = {Living.BOTH_PARENTS_AWAY: 0.30, Living.ONE_PARENT_AWAY: 0.04}

_ENROLLED = Wheel({"": 0.991, "dropped_out": 0.005, "suspended": 0.004})
_SENIOR_STAGES = ("高中", "高中", "高中", "中职", "中职")


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day so many months earlier; the month's last day where there is no such day."""
    total = day.year * 12 + day.month - 1 - months
    year, month = divmod(total, 12)
    first_of_next = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return dt.date(year, month + 1, min(day.day, (first_of_next - dt.timedelta(days=1)).day))


class Fortune:
    """Decides what happens to the families of one chunk."""

    def __init__(self, chance: Chance, as_of: dt.date) -> None:
        self._chance = chance
        self._as_of = as_of

    def befall(self, families: list[Family], settler: Settler) -> None:
        """Lays everything on the families, in place."""
        children = sum(len(family.children) for family in families)
        self._hand_out_situations(families, children)
        for family in families:
            self._decide_living(family)
            self._decide_poverty(family)
            if family.guardian_share:
                self._add_grandparents(family, settler)
            for child in family.children:
                self._decide_child(child)
        everyone = [child for family in families for child in family.children]
        self._strike_children(everyone)

    def _hand_out_situations(self, families: list[Family], children: int) -> None:
        # Shared out rather than drawn family by family: a small county then has the rare situations in due number.
        chance = self._chance
        oldest_event = self._as_of - dt.timedelta(days=_OLD_ENOUGH_DAYS)
        free = [family for family in families if family.father and family.children[-1].birth < oldest_event]
        chance.shuffle(free)
        for family in families:
            if family.father is None and not family.situation:
                family.guardian_share = 0.03
        alone = [family for family in free if len(family.children) == 1]
        for family in alone[: chance.whole(FOUNDLINGS_PER_THOUSAND * children / 1000)]:
            self._make_foundling(family)
        free = [family for family in free if not family.situation]
        # What is left of one situation's number is carried to the next, so that sums come out right as well.
        carried = chance.unit()
        for situation in SITUATIONS:
            carried += situation.families * children / 1000
            while carried >= 1 and free:
                self._apply(situation, free.pop())
                carried -= 1

    def _apply(self, situation: Situation, family: Family) -> None:
        family.situation = situation.code
        family.guardian_share = situation.guardian_share
        father, mother = family.father, family.mother
        assert father is not None and mother is not None
        first, second = (father, mother) if self._chance.hit(situation.father_first) else (mother, father)
        self._meet(first, situation.first, family)
        if situation.second is not None:
            self._meet(second, situation.second, family)

    def _meet(self, person: Person, fate: Fate, family: Family) -> None:
        chance = self._chance
        youngest = family.children[-1].birth
        low, high = fate.days
        since = self._as_of - dt.timedelta(days=chance.between(low, min(high, max(low, (self._as_of - youngest).days))))
        if fate.months_to_the_day:
            since = months_before(self._as_of, fate.months_to_the_day)
        term = None
        if fate.terms:
            term = chance.pick(fate.terms)
            if not fate.over and (self._as_of - since).days > term * 29:
                since = self._as_of - dt.timedelta(days=chance.between(10, term * 29))
        if fate.disabilities:
            person.disability = Disability(*chance.pick(fate.disabilities))
        if fate.code == "severe_illness":
            person.severely_ill, person.disease = True, chance.pick(_DISEASES)
        if fate.code == "dead":
            person.died_on = since
        if fate.code != "disabled_able":
            person.state = State(fate.code, since, term, fate.over)

    def _make_foundling(self, family: Family) -> None:
        child = family.children[0]
        family.situation = "foundling"
        family.father = family.mother = None
        family.living = Living.INSTITUTION
        surname = "慈" if self._chance.hit(0.6) else "党"
        child.name = draw_name(self._chance, NameStyle.HAN, surname=surname, male=child.male, generation="child")
        child.ethnicity = "汉族"

    def _add_grandparents(self, family: Family, settler: Settler) -> None:
        chance = self._chance
        son = family.father or family.mother
        assert son is not None
        style = son.name.style if son.name.style is not NameStyle.UYGHUR else NameStyle.HAN
        for male, role in ((True, "grandfather"), (False, "grandmother")):
            if not male and chance.hit(0.25):
                continue
            birth = years_before(son.birth, chance.between(21, 31)) - dt.timedelta(days=chance.below(365))
            surname = son.name.surname if male or style is NameStyle.YI else draw_surname(chance)
            name = draw_name(chance, style, surname=surname or "多", male=male, generation="old")
            person = settler.new_adult(family.family_id, role, male=male, birth=birth, name=name)
            person.person_id = f"{family.family_id}{'g' if male else 'h'}"
            person.kind, person.ethnicity = "grandparent", son.ethnicity
            family.grandparents.append(person)

    def _decide_living(self, family: Family) -> None:
        chance = self._chance
        able = [parent for parent in family.parents if parent.state is None]
        if family.living is Living.INSTITUTION or not able:
            return
        living = _LIVING.spin(chance)
        if living is Living.AT_HOME:
            return
        if len(able) < len(family.parents) and living is Living.BOTH_PARENTS_AWAY:
            living = Living.ONE_PARENT_AWAY
        family.living = living
        family.away_parent = chance.pick(able)
        home = family.county
        near = [delivering_county((home.index + step) % MOST_COUNTIES) for step in (2, 4)]
        family.away_to = chance.pick(near) if chance.hit(0.25) else chance.pick(faraway_counties())
        family.away_since = self._as_of - dt.timedelta(days=chance.between(40, 2200))
        family.guardian_share = max(family.guardian_share, _GRANDPARENTS_WRITTEN.get(living, 0.0))

    def _decide_poverty(self, family: Family) -> None:
        chance = self._chance
        stricken = sum(1 for parent in family.parents if parent.state is not None)
        if family.living is Living.INSTITUTION or not chance.hit(_POOR[("well", "one", "both")[stricken]]):
            return
        family.poverty = _POVERTY.spin(chance)
        if family.poverty == "特困" and stricken == 0:
            family.poverty = "低保"
        family.poverty_since = self._as_of - dt.timedelta(days=chance.between(30, 1400))
        if family.poverty in ("低保", "特困"):
            family.poverty_amount_yuan = chance.pick(_PER_HEAD_YUAN) * family.size

    def _decide_child(self, child: Person) -> None:
        chance = self._chance
        if chance.hit(_DISABLED_CHILDREN):
            child.disability = Disability(_CHILD_KINDS.spin(chance), _CHILD_GRADES.spin(chance))
        if chance.hit(_SEVERELY_ILL_CHILDREN):
            child.severely_ill, child.disease = True, chance.pick(_DISEASES)
        child.insured = chance.hit(0.965 if child.registered else 0.2)
        child.school_stage = self._stage_of(child)
        if child.school_stage:
            status = _ENROLLED.spin(chance)
            child.school_status = status if child.school_stage not in ("", "学前") else ""

    def _stage_of(self, child: Person) -> str:
        # School years begin in September: the age on 31 August decides.
        year = self._as_of.year if self._as_of.month >= 9 else self._as_of.year - 1
        age = year - child.birth.year - ((child.birth.month, child.birth.day) > (8, 31))
        if age < 3:
            return ""
        if age < 6:
            return "学前" if self._chance.hit(0.86) else ""
        if age < 15:
            return ("小学" if age < 12 else "初中") if self._chance.hit(0.985) else ""
        return self._chance.pick(_SENIOR_STAGES) if self._chance.hit(0.9) else ""

    def _strike_children(self, children: list[Person]) -> None:
        chance = self._chance
        picked = list(children)
        for _ in range(chance.whole(_HIV_CHILDREN_PER_THOUSAND * len(children) / 1000)):
            child = chance.pick(picked)
            child.severely_ill, child.disease = True, HIV_DISEASE
        for _ in range(chance.whole(_DEAD_CHILDREN_PER_THOUSAND * len(children) / 1000)):
            child = chance.pick(picked)
            lived = min(900, max(1, (self._as_of - child.birth).days))
            child.died_on = self._as_of - dt.timedelta(days=chance.below(lived))
