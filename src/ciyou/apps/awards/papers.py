"""Papers: numbered within county, kind and year without gaps, made once, kept as they were issued."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ciyou.apps.audit.services import record_action
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.access import PURPOSE, county_of, find_application, find_award
from ciyou.apps.awards.contents import open_application, open_notice, open_paper, seal_paper
from ciyou.apps.awards.models import Application, ApplicationState, ApplicationStep, Award, Paper, PublicNotice
from ciyou.apps.awards.numbering import next_paper_sequence, paper_number
from ciyou.apps.awards.paper_source import Written, WrittenNotice
from ciyou.apps.awards.paper_words import WAY, slip_words, words_of
from ciyou.apps.awards.paying import AUTHORISATION, PayingRules, paying_rules
from ciyou.apps.awards.refusals import application_not_found, check_may, moved_on
from ciyou.apps.cases.documents.typesetting import typeset_file
from ciyou.apps.registry.selectors import get_person, masked_identifiers
from ciyou.apps.registry.services import reveal_identifier
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor
from ciyou.core.access.roles import Action
from ciyou.core.awards.month import Month
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.papers import paper_template

WITH_ID_NUMBER = frozenset({"application_form", "approval_form"})
SIGNED_BY_FAMILY = ("application_form", AUTHORISATION)
"""Papers that are printed for whoever applies to sign; every other paper is made by a step."""
_TRIES = 5


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
        checked_on=_step_on(application, "check"),
        drafted_on=_step_on(application, "draft"),
        notice=_notice_of(application),
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


def printable_papers(row: Application, rules: PayingRules, papers: Iterable[PaperCard]) -> tuple[str, ...]:
    """The papers for the family's signature that are not made yet: the authorisation only while it is missing."""
    made = {one.kind for one in papers}
    wanted = set(rules.papers) - made
    if row.state == ApplicationState.WITHDRAWN:
        return ()
    if AUTHORISATION not in open_application(row.id, row.content).missing:
        wanted.discard(AUTHORISATION)
    return tuple(kind for kind in SIGNED_BY_FAMILY if kind in wanted)


def print_paper(actor: Actor, *, application_id: uuid.UUID, kind: str, origin: str = "") -> uuid.UUID:
    """Make a paper for the family's signature, once: asked for again it is the same paper. Gives its id.

    Raises RecordError for a paper that this application does not have.
    """
    check_may(actor, Action.APPLY)
    for _attempt in range(_TRIES):
        try:
            with transaction.atomic():
                row = find_application(actor, application_id, lock=True)
                there = Paper.objects.filter(application=row, kind=kind).values_list("id", flat=True).first()
                if there is not None and kind in SIGNED_BY_FAMILY:
                    return there
                rules = paying_rules(row.entitlement, row.division, timezone.localdate())
                if kind not in printable_papers(row, rules, ()):
                    raise moved_on()
                number = issue_paper(actor, kind=kind, application=row, origin=origin)
                return Paper.objects.values_list("id", flat=True).get(application=row, kind=kind, number=number)
        except IntegrityError:
            continue  # another paper of this county took the number in the same moment
    raise moved_on()


def receipt_pdf(
    *, number: str, code: str, received_on: dt.date, division: str, address: str = "", way: str = WAY
) -> bytes:
    """The slip that whoever applies takes home; it is kept nowhere, for the code stands on it. `address`: of the open progress; `way`: who does what next."""
    return _set("receipt", division, slip_words(number, code, received_on, division, address, way))


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


def _step_on(application: Application | None, step: str) -> dt.date | None:
    last = ApplicationStep.objects.filter(application=application, step=step).order_by("at", "id").last()
    return timezone.localdate(last.at) if last else None


def _notice_of(application: Application | None) -> WrittenNotice | None:
    row = PublicNotice.objects.filter(application=application).exclude(removed_on=None).first()
    if row is None or row.removed_on is None:
        return None
    return WrittenNotice(row.posted_on, row.removed_on, row.objections, open_notice(row.application_id, row.content))


def _set(kind: str, division: str, words: Mapping[str, Any]) -> bytes:
    return typeset_file(paper_template(kind, division=division), words, root=SHIPPED)


def _id_number(actor: Actor, person_id: uuid.UUID, origin: str) -> str:
    """The ID number in full: that disclosure stands in the log."""
    cards = masked_identifiers(actor, person_id=person_id, purpose=PURPOSE)
    card = next((one for one in cards if one.kind == "id_card"), None)
    return reveal_identifier(actor, identifier_id=card.id, purpose=PURPOSE, origin=origin) if card else ""
