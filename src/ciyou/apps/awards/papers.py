"""Papers: numbered within county, kind and year without gaps, made once, kept as they were issued."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.access import PURPOSE, county_of, find_application, find_award
from ciyou.apps.awards.contents import open_application, open_paper, seal_paper
from ciyou.apps.awards.models import Application, ApplicationStep, Award, Paper
from ciyou.apps.awards.numbering import next_paper_sequence, paper_number
from ciyou.apps.awards.paper_words import Written, slip_words, words_of
from ciyou.apps.awards.paying import paying_rules
from ciyou.apps.awards.refusals import application_not_found
from ciyou.apps.cases.documents.typesetting import typeset_file
from ciyou.apps.registry.selectors import get_person, masked_identifiers
from ciyou.apps.registry.services import reveal_identifier
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.awards.month import Month
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.papers import paper_template

WITH_ID_NUMBER = frozenset({"application_form"})


@dataclass(frozen=True)
class PaperCard:
    """A paper that was issued."""

    id: uuid.UUID
    kind: str
    number: str
    made_at: dt.datetime


@dataclass(frozen=True)
class Ending:
    """What a notice of ending says."""

    last_month: Month
    ground: str
    reason: str


def issue_paper(
    actor: Actor,
    *,
    kind: str,
    application: Application | None = None,
    award: Award | None = None,
    ending: Ending | None = None,
    ends_on: dt.date | None = None,
    origin: str = "",
) -> str:
    """Make a paper and keep it, inside the caller's transaction; returns its number."""
    about = application or award
    assert about is not None
    today, county = timezone.localdate(), county_of(about.division)
    with walled(LOCAL_OPERATOR):
        sequence = next_paper_sequence(county, kind, today.year)
    number = paper_number(kind, today.year, sequence)
    written = Written(
        number=number,
        child=get_person(actor, person_id=about.person_id, purpose=PURPOSE),
        id_number=_id_number(actor, about.person_id, origin) if kind in WITH_ID_NUMBER else "",
        rules=paying_rules(about.entitlement, about.division, today),
        division=about.division,
        today=today,
        application=application,
        content=open_application(application.id, application.content) if application else None,
        last_month=ending.last_month if ending else None,
        ground=ending.ground if ending else "",
        reason=ending.reason if ending else "",
        ends_on=ends_on,
        checked_on=_checked_on(application),
    )
    paper_id = uuid.uuid4()
    document = _set(kind, about.division, words_of(kind, written))
    Paper.objects.create(
        id=paper_id,
        application=application,
        award=award,
        kind=kind,
        number=number,
        county=county,
        year=today.year,
        sequence=sequence,
        document=seal_paper(paper_id, document),
        made_at=timezone.now(),
        made_by=actor.id,
    )
    record_action(
        actor,
        action="issue_paper",
        subject=str(paper_id),
        persons=[str(about.person_id)],
        details={"kind": kind},
        highest_class=about.sensitivity,
    )
    return number


def receipt_pdf(*, number: str, code: str, received_on: dt.date, division: str) -> bytes:
    """The slip that whoever applies takes home; it is kept nowhere, for the code stands on it."""
    return _set("receipt", division, slip_words(number, code, received_on, division))


def papers_of(*, application_id: uuid.UUID | None = None, award_id: uuid.UUID | None = None) -> tuple[PaperCard, ...]:
    """The papers of an application or award that the caller may show, in their order."""
    rows = (
        Paper.objects.filter(application_id=application_id)
        if application_id
        else Paper.objects.filter(award_id=award_id)
    )
    found = rows.order_by("made_at", "id").values_list("id", "kind", "number", "made_at")
    return tuple(PaperCard(*row) for row in found)


@dataclass(frozen=True)
class PaperFile:
    """A paper to be handed out: whose it is, its class, and the PDF."""

    id: uuid.UUID
    kind: str
    person_id: uuid.UUID
    sensitivity: int
    document: bytes


def read_paper(actor: Actor, *, paper_id: uuid.UUID) -> PaperFile:
    """A paper as it was issued; raises ApplicationNotFound or AwardNotFound."""
    row = Paper.objects.filter(id=paper_id).first()
    if row is None:
        raise application_not_found()
    about: Application | Award
    if row.application_id is not None:
        about = find_application(actor, row.application_id)
    else:
        about = find_award(actor, row.award_id)
    return PaperFile(row.id, row.kind, about.person_id, about.sensitivity, open_paper(row.id, row.document))


def _checked_on(application: Application | None) -> dt.date | None:
    checked = ApplicationStep.objects.filter(application=application, step="check").order_by("at").last()
    return timezone.localdate(checked.at) if checked else None


def _set(kind: str, division: str, words: Mapping[str, Any]) -> bytes:
    return typeset_file(paper_template(kind, division=division), words, root=SHIPPED)


def _id_number(actor: Actor, person_id: uuid.UUID, origin: str) -> str:
    """The ID number in full: that disclosure stands in the log."""
    cards = masked_identifiers(actor, person_id=person_id, purpose=PURPOSE)
    card = next((one for one in cards if one.kind == "id_card"), None)
    return reveal_identifier(actor, identifier_id=card.id, purpose=PURPOSE, origin=origin) if card else ""
