"""A model of three phones against the real service: edits, kills, duplicates, reordered sends, ended rights, switched users.

The model knows what each phone had read and said; the service must end with each piece exactly once, every clash of a field in
sight, and nobody's work in anybody else's hands.
"""

from __future__ import annotations

import random
import uuid
from collections import Counter
from dataclasses import dataclass, field, replace

from django.utils import timezone

from ciyou.apps.accounts.models import Post
from ciyou.apps.cases.models import Visit
from ciyou.apps.cases.visits import visit_form
from ciyou.apps.fieldwork.contents import open_clash
from ciyou.apps.fieldwork.models import FieldClash, FieldEvent
from ciyou.apps.fieldwork.refusals import FieldWorkNotFound
from ciyou.core.errors import RecordError
from tests.field_builders import Phone, key_of, make_phone
from tests.office import file_child, make_actor

FIELDS = ("boarding", "in_institution", "insured")
DEEDS = (
    "edit",
    "edit",
    "edit",
    "refresh",
    "send",
    "send",
    "twice",
    "kill",
    "wrong_user",
    "switch",
    "end_post",
    "no_change",
)


@dataclass
class Made:
    """One piece as the model knows it: who made it, what it said, what the phone had read of each field."""

    user: str
    said: dict[str, str]
    base: dict[str, str]


@dataclass
class Handset:
    """A phone in the field: whoever holds it has a store of their own on it; a kill loses nothing that was kept."""

    stores: list[Phone]
    turn: int = 0
    forms: dict[str, object] = field(default_factory=dict)

    @property
    def held(self) -> Phone:
        return self.stores[self.turn]


@dataclass
class Told:
    """What a run came to."""

    pieces: int = 0
    sends: int = 0
    lost: int = 0
    doubled: int = 0
    wrong_user: int = 0
    hidden_clashes: int = 0
    states: Counter = field(default_factory=Counter)

    def add(self, other: Told) -> None:
        for name in ("pieces", "sends", "lost", "doubled", "wrong_user", "hidden_clashes"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.states += other.states


@dataclass(frozen=True)
class Village:
    """What every order begins with: one household, and the phones of three directors, each shared with a fourth."""

    child: uuid.UUID
    phones: tuple[tuple[Phone, Phone], ...]


def make_village(key: str = "") -> Village:
    """Four directors, three handsets, one child; made once for many orders that are each thrown away."""
    child = file_child(key)
    users = [make_actor("child_director") for _ in range(4)]
    return Village(child, tuple((make_phone(users[place]), make_phone(users[3])) for place in range(3)))


def run_once(seed: int, village: Village, *, steps: int = 12) -> Told:
    """One random interleaving of three handsets and four users over one household; everything is sent in the end."""
    chance = random.Random(seed)
    handsets = [Handset([replace(phone, outbox=[]) for phone in pair]) for pair in village.phones]
    made: dict[str, Made] = {}
    ended: set[str] = set()
    told = Told()
    model = _Model(village.child, made, ended, told)
    for _step in range(steps):
        model.do(chance.choice(DEEDS), chance.choice(handsets), handsets, chance)
    for handset in handsets:
        for store in handset.stores:
            chance.shuffle(store.outbox)
            for piece in list(store.outbox):
                model.send(store, piece)
    _count(model)
    return told


class _Model:
    """What the phones do, and what the file must say of each field by what was sent, in the order in which it was."""

    def __init__(self, child: uuid.UUID, made: dict[str, Made], ended: set[str], told: Told) -> None:
        self.child, self.made, self.ended, self.told = child, made, ended, told
        self.file: dict[str, str] = {}
        self.clashes: set[tuple[str, str]] = set()
        self.sent: set[str] = set()

    def do(self, deed: str, handset: Handset, handsets: list[Handset], chance: random.Random) -> None:
        store = handset.held
        match deed:
            case "switch":
                handset.turn = 1 - handset.turn
            case "refresh":
                handset.forms.pop(store.actor.id, None)
            case "edit" | "no_change":
                self._edit(handset, chance, nothing=deed == "no_change")
            case "send" if store.outbox:
                self.send(store, chance.choice(store.outbox))
            case "twice" if store.outbox:
                piece = chance.choice(store.outbox)
                self.send(store, piece)
                self.send(store, piece)
            case "kill" if store.outbox:
                # Sent, and killed before the answer came: the phone still has it and will send it again.
                piece = chance.choice(store.outbox)
                self.send(store, piece)
                store.outbox.append(piece)
            case "wrong_user":
                self._steal(handsets, chance)
            case "end_post" if chance.random() < 0.3 and len(self.ended) < 2:
                Post.objects.filter(id=store.actor.post_id).update(valid_to=timezone.localdate())
                self.ended.add(store.actor.id)

    def _edit(self, handset: Handset, chance: random.Random, *, nothing: bool) -> None:
        store = handset.held
        if store.actor.id in self.ended and store.actor.id not in handset.forms:
            return
        if store.actor.id not in handset.forms:
            handset.forms[store.actor.id] = visit_form(store.actor, child_id=self.child)
        form = handset.forms[store.actor.id]
        keys = {key_of(form, name): name for name in FIELDS}
        base = {name: str(said.value).lower() for key, name in keys.items() if (said := form.on_file.get(key))}
        said = {}
        if nothing:
            piece = store.no_change(form)
        else:
            said = {name: chance.choice(("yes", "no")) for name in chance.sample(FIELDS, chance.randint(1, 2))}
            piece = store.visit(form, {key_of(form, name): text for name, text in said.items()})
        values = {name: "true" if text == "yes" else "false" for name, text in said.items()}
        known = {question.definition.name for part in form.known for question in part.questions}
        self.made[piece["id"]] = Made(store.actor.id, values, base)
        if nothing:
            self.made[piece["id"]].said = {name: value for name, value in base.items() if name in known & set(FIELDS)}
        self.told.pieces += 1

    def send(self, store: Phone, piece: dict[str, str]) -> None:
        self.told.sends += 1
        if store.send(piece).repeated or store.actor.id in self.ended:
            return
        one = self.made[piece["id"]]
        for name, value in one.said.items():
            stands = self.file.get(name)
            if stands is not None and stands not in (value, one.base.get(name)):
                self.clashes.add((piece["id"], name))
            elif piece["kind"] == "visit":
                self.file[name] = value

    def _steal(self, handsets: list[Handset], chance: random.Random) -> None:
        """Another user hands in, or the store gives out, what is not theirs."""
        stores = [store for handset in handsets for store in handset.stores]
        mine, other = chance.sample(stores, 2)
        if mine.actor.id == other.actor.id or not other.outbox:
            return
        piece, outbox = chance.choice(other.outbox), list(other.outbox)
        try:
            mine.send(piece)
        except (FieldWorkNotFound, RecordError):
            assert other.outbox == outbox
        else:
            self.told.wrong_user += 1


def _count(model: _Model) -> None:
    """Hold what the server has against what the model made."""
    told, made = model.told, model.made
    events = {str(event.id): event for event in FieldEvent.objects.filter(id__in=list(made))}
    told.states.update(str(event.state) for event in events.values())
    told.lost += len(set(made) - set(events))
    told.wrong_user += sum(str(event.user_id) != made[key].user for key, event in events.items())
    visits = Counter(str(one) for one in Visit.objects.filter(id__in=list(made)).values_list("id", flat=True))
    recorded = {key for key, event in events.items() if event.state in ("applied", "conflict")}
    told.lost += len(recorded - set(visits))
    told.doubled += sum(count > 1 for count in visits.values()) + len(set(visits) - recorded)
    rows = FieldClash.objects.filter(event_id__in=list(made)).select_related("event")
    surfaced = {(str(row.event_id), open_clash(row).key.rpartition(":")[2]) for row in rows}
    told.hidden_clashes += len(model.clashes - surfaced)
