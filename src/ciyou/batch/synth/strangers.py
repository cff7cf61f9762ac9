"""Adults who are nobody's parent here: the adverse records that link to no family."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from ciyou.batch.synth.adverse_departments import AdverseDepartments
from ciyou.batch.synth.chance import Chance
from ciyou.batch.synth.desk import Desk
from ciyou.batch.synth.people import Disability, Person, State
from ciyou.batch.synth.population import Chunk, Settler

# Per 1,000 children of the county.
_PER_THOUSAND = {
    "dead": 7.0,
    "disabled": 9.0,
    "ill": 3.0,
    "prison": 2.5,
    "detox": 0.8,
    "confined": 0.4,
    "declared_dead": 0.3,
    "declared_missing": 0.3,
    "lost_contact": 0.3,
    "deported": 0.1,
}
_TERMS = (6, 9, 12, 18, 24, 36, 48)
_DISEASES = ("恶性肿瘤", "终末期肾病", "严重精神障碍", "肺动脉高压")


def record_strangers(chance: Chance, settler: Settler, desks: Mapping[str, Desk], chunk: Chunk) -> None:
    """Has the departments of adversity record the chunk's share of them."""
    departments = AdverseDepartments(desks, chunk.as_of)
    position = 0
    for code, rate in _PER_THOUSAND.items():
        for _ in range(chance.whole(rate * chunk.children / 1000)):
            position += 1
            person = settler.new_stranger(position)
            home = settler.new_home(f"S{chunk.number:05d}{position:05d}", position)
            _befall(chance, person, code, chunk.as_of)
            departments.record_adult(person, home)


def _befall(chance: Chance, person: Person, code: str, as_of: dt.date) -> None:
    since = as_of - dt.timedelta(days=chance.between(20, 1500))
    if code == "disabled":
        person.disability = Disability(chance.between(1, 7), chance.between(1, 4))
        return
    if code == "ill":
        person.severely_ill, person.disease = True, chance.pick(_DISEASES)
        return
    if code == "dead":
        person.died_on = since
    term = None
    if code in ("prison", "detox", "confined"):
        term = 24 if code == "detox" else chance.pick(_TERMS)
        since = as_of - dt.timedelta(days=chance.between(5, term * 29))
    person.state = State(code, since, term)
