"""A phone for tests, in pure Python: it seals as the real one does, keeps an outbox, and sends in any order, twice or not at all."""

from __future__ import annotations

import base64
import datetime as dt
import json
import uuid
from dataclasses import dataclass, field

from django.utils import timezone

from ciyou.apps.cases.visits import visit_form
from ciyou.apps.fieldwork.contents import context_of
from ciyou.apps.fieldwork.fitting import as_json
from ciyou.apps.fieldwork.phones import PhoneKeys, enroll_phone
from ciyou.apps.fieldwork.receiving import Received, receive_event
from ciyou.apps.registry.services import (
    IncomingPerson,
    IncomingRelation,
    NewStatement,
    record_roster_facts,
    register_people,
    relate_people,
)
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.vault.envelopes import seal_envelope
from tests.case_builders import open_lead
from tests.office import VILLAGE

ASKED = ["child.boarding", "household.dibao", "father.working_away"]


@dataclass
class Phone:
    """One user's store on one phone; `off`: how far its clock is wrong."""

    actor: Actor
    keys: PhoneKeys
    off: dt.timedelta = dt.timedelta()
    outbox: list[dict[str, str]] = field(default_factory=list)

    def clock(self) -> dt.datetime:
        return timezone.now() + self.off

    def seal(self, kind: str, said: dict, *, made_at: dt.datetime | None = None) -> dict[str, str]:
        """Seal a piece and put it into the outbox."""
        head = {
            "id": str(uuid.uuid4()),
            "phone": str(self.keys.id),
            "user": self.actor.id,
            "post": self.actor.post_id,
            "kind": kind,
            "made_at": (made_at or self.clock()).isoformat(),
        }
        sealed = seal_envelope(
            base64.b64decode(self.keys.public),
            json.dumps(said).encode(),
            salt=head["id"].encode(),
            context=context_of(head),
        )
        parts = {"sender": sealed.sender, "nonce": sealed.nonce, "cipher": sealed.cipher}
        piece = head | {name: base64.b64encode(value).decode() for name, value in parts.items()}
        self.outbox.append(piece)
        return piece

    def visit(self, form, fields: dict[str, str], *, day: dt.date | None = None) -> dict[str, str]:
        """A filled-in form, with what the phone had read when it left."""
        told = {"visited_on": (day or timezone.localdate(self.clock())).isoformat(), "met": "guardian"}
        told |= {f"result:{child.id}": "confirmed" for child in form.children if child.lead_id is not None}
        return self.seal("visit", self._said(form, {**told, **fields}))

    def no_change(self, form) -> dict[str, str]:
        """One tap: everything as the phone had read it."""
        return self.seal("no_change", self._said(form, {"visited_on": timezone.localdate(self.clock()).isoformat()}))

    def send(self, piece: dict[str, str]) -> Received:
        """Send a piece as the phone's own user; what the server has taken leaves the outbox."""
        answer = receive_event(self.actor, sent=piece, sent_at=self.clock())
        if piece in self.outbox:
            self.outbox.remove(piece)
        return answer

    def _said(self, form, fields: dict[str, str]) -> dict:
        return {
            "child": str(form.child_id),
            "visited_on": fields["visited_on"],
            "fields": fields,
            "base": {key: as_json(said.value) for key, said in form.on_file.items()},
            "leads": {str(child.id): str(child.lead_id) for child in form.children if child.lead_id is not None},
        }


def make_phone(actor: Actor, *, off: dt.timedelta = dt.timedelta()) -> Phone:
    """A phone of this actor's."""
    return Phone(actor, enroll_phone(actor, label="手机"), off)


def leave(actor: Actor, child) -> object:
    """The form of a child's household as a phone takes it along."""
    return visit_form(actor, child_id=child)


def key_of(form, name: str, *, entity: str = "child") -> str:
    """The field of a fact of the first subject of this kind."""
    subject = next(one for one in form.subjects if one.entity.value == entity)
    return f"q:{subject.key}:{name}"


def file_households(count: int, *, first: int = 0) -> list[uuid.UUID]:
    """So many children of the village, each with both parents and an open lead, written in bulk; their ids."""
    keys = [f"household{number}" for number in range(first, first + count)]
    people = [
        IncomingPerson(f"{key}{end}", kind, f"{name}{key}", "female", born, VILLAGE)
        for key in keys
        for end, kind, name, born in (
            ("", "child", "孩", dt.date(2016, 5, 4)),
            ("f", "adult", "父", dt.date(1985, 3, 2)),
            ("m", "adult", "母", dt.date(1987, 6, 5)),
        )
    ]
    found = register_people(LOCAL_OPERATOR, people=people, source="police_hukou")
    ties = [
        IncomingRelation(key, kind, f"{key}{kind[0]}", "police_hukou", 0.9)
        for key in keys
        for kind in ("father", "mother")
    ]
    relate_people(LOCAL_OPERATOR, relations=ties)
    said = [(key, NewStatement("household.dibao", True, "rostered"), "dibao") for key in keys]
    record_roster_facts(LOCAL_OPERATOR, facts=said, run_id="r1")
    children = [found[key] for key in keys]
    for child in children:
        open_lead(child, deciding=ASKED)
    return children
