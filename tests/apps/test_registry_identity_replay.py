"""Who is who is a log: whatever was merged, undone, delivered, found and corrected, the files say what replaying what stands says."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from ciyou.apps.registry.between import Between, written_since
from ciyou.apps.registry.identity import latest_merge
from ciyou.apps.registry.models import Fact, IdentityDecision, Person
from ciyou.apps.registry.sealing import open_fact
from ciyou.apps.registry.services import (
    NewStatement,
    correct_fact,
    merge_people,
    record_facts,
    record_roster_facts,
    unmerge_people,
)
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import RecordError
from tests.office import make_actor, make_person

pytestmark = pytest.mark.django_db
NAMES, ROSTER, FILES, STEPS = ("adopted", "parents_untraceable"), "police_hukou", 4, 14
REFUSED = {"registry.merge", "registry.moved_on", "registry.apart"}


@dataclass
class County:
    """Four files, and everything that happens to them, written down beside what the system does.

    Every statement bears in its reference whose child it really is about; whoever undoes a merge knows that.
    """

    chance: random.Random
    officer: object = field(default_factory=make_actor)
    log: list = field(default_factory=list)
    done: Counter = field(default_factory=Counter)

    def __post_init__(self):
        self.files = [make_person(linkage_id=f"p{place}").id for place in range(FILES)]
        for place in range(FILES):
            for _twice in range(2):
                self.say(place)

    def say(self, child):
        """A visit or a new delivery of a roster says something of a child, on whatever file it stands."""
        value, reference = self.chance.random() < 0.5, f"{len(self.log)}:{child}"
        if self.chance.random() < 0.5:
            name, source = NAMES[0], ROSTER
            said = [(f"p{child}", NewStatement(name, value, "rostered"), source)]
            made = record_roster_facts(LOCAL_OPERATOR, facts=said, run_id=reference, sources=[source])
        else:
            name, source = self.chance.choice(NAMES), "visit"
            said = [NewStatement(name, value, "verified")]
            made = record_facts(
                self.officer, person_id=self.files[child], statements=said, source=source, reference=reference
            )
        if made:
            self.log.append(("say", child, (name, source), (value, reference)))
            self.done[source] += 1

    def correct(self):
        """An officer ends a statement that is wrong."""
        standing = Person.objects.filter(id__in=self.files, merged_into=None)
        rows = list(Fact.objects.filter(person__in=standing, superseded_at=None).order_by("id"))
        if not rows:
            return
        row = self.chance.choice(rows)
        correct_fact(self.officer, fact_id=row.id, statement=None, reason="mistyped")
        self.log.append(("correct", self.owner(row), (row.name, row.source), row.reference))
        self.done["correct"] += 1

    def merge(self):
        """Two files become one, unless they are already, or were found to be two children."""
        kept, dropped = self.chance.sample(range(FILES), 2)
        try:
            merged = merge_people(self.officer, keep=self.files[kept], drop=self.files[dropped], reason="same_family")
        except RecordError as refused:
            assert {problem.code for problem in refused.problems} <= REFUSED
            return
        if merged:
            row = IdentityDecision.objects.filter(decision="merge").latest("at")
            self.log.append(("merge", row.id, kept, dropped))
            self.done["merge"] += 1

    def undo(self):
        """The last merge into some file is undone; a clerk says of everything since whose it is."""
        kept = self.chance.choice(self.files)
        merge = latest_merge(kept)
        if merge is None or Person.objects.get(id=kept).merged_into_id is not None:
            return
        group, since = self.led_to(merge.dropped_id), written_since(merge)
        said = {one.key: "restored" if self.files[self.about(one)] in group else "kept" for one in since}
        assert unmerge_people(self.officer, decision_id=merge.id, reason="two_families", belongs=said) == "undone"
        self.done["undo"] += 1
        self.done["answer"] += len(said)

    def led_to(self, file):
        """A file and those that led to it when it was merged: what stands in the log says so."""
        rows = IdentityDecision.objects.filter(decision="merge", superseded_by=None, kept=file)
        found = {file}
        for dropped in rows.values_list("dropped_id", flat=True):
            found |= self.led_to(dropped)
        return found

    def about(self, item: Between):
        """Whose statement came; of a copy that ended, whose statement ended it, or whose it was where a person did."""
        row = Fact.objects.get(pk=item.row.key)
        if item.ended:
            same = Fact.objects.filter(person=row.person_id, name=row.name, source=row.source)
            row = same.filter(recorded_at=row.superseded_at).first() or row
        return self.owner(row)

    @staticmethod
    def owner(row):
        return int(row.reference.rpartition(":")[2])

    def replayed(self):
        """Where each file leads, and what each says, by what stands alone."""
        standing = set(IdentityDecision.objects.filter(superseded_by=None).values_list("id", flat=True))
        leads = {child: child for child in range(FILES)}
        says = {child: {} for child in range(FILES)}
        for kind, *what in self.log:
            if kind == "say":
                child, key, said = what
                says[leads[child]][key] = said
            elif kind == "correct":
                child, key, reference = what
                if says[leads[child]].get(key, ("", ""))[1] == reference:
                    del says[leads[child]][key]
            elif what[0] in standing:
                _id, kept, dropped = what
                root, ends = leads[kept], leads[dropped]
                says[root] = {**says[ends], **says[root]}
                leads = {child: root if to == ends else to for child, to in leads.items()}
        return leads, says

    def stored(self):
        """The same, as the system has it."""
        place = {file: number for number, file in enumerate(self.files)}
        leads = dict(Person.objects.filter(id__in=self.files).values_list("id", "merged_into_id"))
        says = {number: {} for number in range(FILES)}
        for row in Fact.objects.filter(person__in=self.files, superseded_at=None):
            key = (row.name, row.source)
            assert key not in says[place[row.person_id]], "one source says one thing"
            says[place[row.person_id]][key] = (open_fact(row.person_id, row.name, row.value), row.reference)
        return {place[file]: place[to or file] for file, to in leads.items()}, says


@pytest.mark.parametrize("seed", range(12))
def test_any_sequence_of_merges_undoings_deliveries_and_decisions_leaves_what_replaying_the_log_gives(seed):
    county = County(random.Random(seed))
    steps = (county.merge, county.undo, county.correct, *[lambda: county.say(county.chance.randrange(FILES))] * 2)
    for step in (county.merge, *county.chance.choices(steps, k=STEPS)):
        step()
        assert county.stored() == county.replayed(), county.log
    assert {"merge", "visit", ROSTER} <= county.done.keys()
