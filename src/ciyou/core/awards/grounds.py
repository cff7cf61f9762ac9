"""By which facts a ground for ending an award shows itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ciyou.core.awards.dues import CIRCUMSTANCE_ENDED, Ground
from ciyou.core.clock.ages import AgeRule, full_years
from ciyou.core.facts.definition import Entity
from ciyou.core.facts.state import FactState, StatedFact


@dataclass(frozen=True)
class Sign:
    """A ground, and what shows it: facts that are true, or an age of the child. Neither: only a person can name it."""

    ground: Ground
    facts: tuple[tuple[Entity, str], ...] = ()
    age: int | None = None

    def shows(self, state: FactState, day: dt.date, rule: AgeRule) -> bool:
        if any((said := state.get(*fact)) is not None and said.value is True for fact in self.facts):
            return True
        born = state.get(Entity.CHILD, "birth_date")
        if self.age is None or born is None or not isinstance(born.value, dt.date):
            return False
        return full_years(born.value, day, rule=rule) >= self.age


def ground_on(
    signs: Sequence[Sign], statements: Iterable[StatedFact], *, age_rule: AgeRule | None = None
) -> Callable[[dt.date], Ground]:
    """The ground that shows on a day, the first of the signs in their order; otherwise that the circumstances ended."""
    told, rule = tuple(statements), age_rule or AgeRule()
    otherwise = next((sign.ground for sign in signs if sign.ground.code == CIRCUMSTANCE_ENDED.code), CIRCUMSTANCE_ENDED)

    def on(day: dt.date) -> Ground:
        state = FactState.on(day, told)
        return next((sign.ground for sign in signs if sign.shows(state, day, rule)), otherwise)

    return on
