"""Photographs and signatures from a visit: kept as evidence where a document asks for them, and set aside with a reason where they are none."""

from __future__ import annotations

import base64
import binascii
import uuid
from dataclasses import replace

from ciyou.apps.fieldwork.clocks import said_day
from ciyou.apps.fieldwork.contents import SaidInField, seal_said
from ciyou.apps.fieldwork.models import FieldEvent
from ciyou.apps.fieldwork.refusals import SetAside
from ciyou.apps.registry.proofs import check_evidence, store_evidence
from ciyou.apps.registry.selectors import PersonNotFound, get_person
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.errors import RecordError
from ciyou.packs import load_visit_pieces

PIECE, CONTENT = "piece", "content"
PICTURES = ("image/jpeg", "image/png")


def record_enclosed(actor: Actor, event: FieldEvent, said: SaidInField) -> None:
    """Put a photograph or signature on the child's file, without what a camera wrote into it; raises SetAside with the reason.

    What the event keeps is then without the picture: it lies once, in the store of evidence, under the event's id.
    """
    try:
        child = get_person(actor, person_id=uuid.UUID(said.child), purpose=Purpose.VERIFY)
    except PersonNotFound as error:
        raise SetAside("not_yours") from error
    piece = load_visit_pieces(division=child.division).get(said.fields.get(PIECE, ""))
    if piece is None:
        raise SetAside("no_basis")
    try:
        content = base64.b64decode(said.fields.get(CONTENT, ""), validate=True)
        media_type, _kept = check_evidence(content)
    except (binascii.Error, RecordError) as error:
        raise SetAside("no_picture") from error
    if media_type not in PICTURES:
        raise SetAside("no_picture")
    store_evidence(
        actor,
        key=event.id,
        person_id=child.id,
        title=f"{piece.zh} {said_day(event, said).isoformat()}",
        content=content,
        sensitivity=piece.sensitivity,
    )
    without = {key: text for key, text in said.fields.items() if key != CONTENT}
    event.content = seal_said(event.id, replace(said, fields=without))
