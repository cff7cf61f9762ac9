"""The children on file of a place as a population: read by the machine, for counting alone. It shows none of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import islice

from ciyou.apps.audit.wall import walled
from ciyou.apps.registry.deciding import children_to_decide
from ciyou.apps.registry.scoping import visible_people
from ciyou.batch.trials.listed import Child, ListedPopulation
from ciyou.batch.trials.populations import NEXT_DIGITS
from ciyou.core.access.actor import LOCAL_OPERATOR, DivisionScope, Purpose, significant_digits
from ciyou.core.facts.state import FactState

BATCH = 500


def population_of(scope: DivisionScope, *, as_of: dt.date, columns: Collection[str]) -> ListedPopulation:
    """The children of a place whose files are open and not protected, with what is known of them on a day."""
    machine = replace(LOCAL_OPERATOR, scope=scope)
    with walled(LOCAL_OPERATOR):
        people = visible_people(machine, purpose=Purpose.SUPERVISE).filter(
            kind="child", restricted=False, status="active", division__gte=scope.first, division__lt=scope.end
        )
        ids = list(people.order_by("id").values_list("id", flat=True))

    def batches() -> Iterator[list[Child]]:
        waiting = iter(ids)
        while some := list(islice(waiting, BATCH)):
            with walled(LOCAL_OPERATOR):
                children = children_to_decide(some)
            yield [(child.division, FactState.on(as_of, child.statements)) for child in children]

    return ListedPopulation(len(ids), NEXT_DIGITS[len(significant_digits(scope.first))], columns, batches)
