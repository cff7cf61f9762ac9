"""Which leads an actor may see, and the sentences of what is refused."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from ciyou.apps.cases.models import Lead, LeadState
from ciyou.apps.registry.selectors import protected_ids, visible_people
from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.access.verdict import ceiling_of
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError

PERSONAL, SENSITIVE = 3, 4
VILLAGE, TOWNSHIP, COUNTY = "village", "township", "county"
_WORKING_PURPOSES = (Purpose.VERIFY, Purpose.SERVE, Purpose.PROTECT)


class LeadNotFound(RunError):
    """There is no such lead for this actor: unknown, or not theirs to know of. Both read the same."""


def lead_purpose(actor: Actor) -> Purpose:
    """Why the actor looks at leads: to verify them, else to serve (the committee's office)."""
    return next((purpose for purpose in _WORKING_PURPOSES if purpose in actor.purposes), Purpose.VERIFY)


def visible_leads(actor: Actor) -> QuerySet[Lead]:
    """The leads whose children the actor may see in lists: in its scope, restricted files left out.

    An adverse record that leads to nobody is class 4: it is there for the county, until the county hands it to a post below. A
    child director sees the leads of its post.
    """
    if ceiling_of(actor) < PERSONAL or lead_purpose(actor) not in actor.purposes:
        return Lead.objects.none()
    leads = Lead.objects.filter(division__gte=actor.scope.first, division__lt=actor.scope.end)
    leads = leads.exclude(person__in=protected_ids(actor))
    if ceiling_of(actor) < SENSITIVE:
        leads = leads.filter(Q(person__isnull=False) | Q(post__isnull=False, queue__in=(VILLAGE, TOWNSHIP)))
    return leads.filter(post=actor.post_id) if is_village(actor) else leads


def is_village(actor: Actor) -> bool:
    """Whether the actor works in a village: it sees the leads of its own post, and hands none on."""
    return may_do(actor.role, Action.VISIT) and not may_do(actor.role, Action.ASSIGN)


def find_lead(actor: Actor, lead_id: uuid.UUID | str) -> Lead:
    """A lead whose child (also one with a restricted file, for its named workers) the actor may see; raises LeadNotFound."""
    lead = Lead.objects.filter(id=lead_id, division__gte=actor.scope.first, division__lt=actor.scope.end).first()
    if lead is None or not _may_see(actor, lead):
        raise LeadNotFound(
            Problem(
                Place(),
                "lead.unknown",
                "没有这条线索，或者不在您的工作范围内。请从线索列表重新进入。",
                "There is no such lead, or it is outside your area. Come in again from the list of leads.",
            )
        )
    return lead


def _may_see(actor: Actor, lead: Lead) -> bool:
    purpose = lead_purpose(actor)
    if lead.person_id is None:
        return purpose in actor.purposes and _may_see_record(actor, lead)
    if is_village(actor) and str(lead.post_id) != actor.post_id and lead.state != LeadState.NEW:
        # A colleague of the same village; a lead that nobody has may be taken up by whoever is there.
        return False
    return visible_people(actor, purpose=purpose).filter(id=lead.person_id).exists()


def _may_see_record(actor: Actor, lead: Lead) -> bool:
    """The county sees every record; a township those handed to somebody in it, a village those handed to itself."""
    ceiling = ceiling_of(actor)
    if ceiling < PERSONAL or ceiling >= SENSITIVE:
        return ceiling >= SENSITIVE
    handed_down = lead.post_id is not None and lead.queue != COUNTY
    return handed_down and (not is_village(actor) or str(lead.post_id) == actor.post_id)


def check_may(actor: Actor, action: Action) -> None:
    """Raises AccessDenied unless the actor's role may do this with leads."""
    if not may_do(actor.role, action):
        raise not_this_step()


def not_this_step() -> AccessDenied:
    """The role does not do this with leads."""
    return AccessDenied(
        Problem(
            Place(),
            "lead.role",
            "您的岗位不办理线索的这一步。请联系督导员或县级经办人。",
            "Your post does not do this step of a lead. Ask the supervisor or the county's officers.",
        )
    )


def moved_on(lead: Lead) -> RecordError:
    """Somebody else was first: what the lead's state is now."""
    zh, en = _STATES[str(lead.state)]
    return RecordError(
        Problem(
            Place(),
            "lead.moved_on",
            f"这条线索的状态已经变了：{zh}。页面已更新，请看最新情况再办理。",
            f"This lead has moved on: {en}. The page shows how it stands now; look again before you go on.",
        )
    )


_STATES = {
    "new": ("已回到待分派", "it is back in the queue"),
    "assigned": ("已分派给别人，或退回重新核实", "it was given to somebody else, or sent back to be verified again"),
    "visiting": ("正在走访", "somebody is visiting"),
    "reported": ("结果已上报", "its result has been reported"),
    "closed": ("已办结", "it is closed"),
}


def refused(code: str, zh: str, en: str) -> RecordError:
    """A refusal as one full sentence in each language."""
    return RecordError(Problem(Place(), f"lead.{code}", zh, en))
