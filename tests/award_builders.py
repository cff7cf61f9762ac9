"""Applications and awards for tests. Everything irrelevant has a default; nobody exists."""

from __future__ import annotations

import uuid

from django.utils import timezone

from ciyou.apps.awards.checking import Opinion, check_application
from ciyou.apps.awards.contents import Applicant
from ciyou.apps.awards.deciding import decide_application
from ciyou.apps.awards.drafting import Draft, draft_decision
from ciyou.apps.awards.models import Application, Award
from ciyou.apps.awards.receiving import NewApplication, Receipt, receive_application
from ciyou.apps.entitlements.models import Determination
from ciyou.apps.entitlements.services import confirm_determination, determine_children
from ciyou.core.access.actor import LOCAL_OPERATOR
from tests.office import file_child, make_actor

DE_FACTO, ORPHAN, DIBAO, HIV = (
    "de_facto_living_allowance",
    "orphan_living_allowance",
    "single_person_dibao",
    "hiv_living_allowance",
)
AMOUNT = 135000
"""No standard is known for the tests' county: the drafter gives the amount."""
MOTHER = Applicant("外祖母甲", "guardian", "13800000000")
CODES = frozenset({"bank_card", "verification_authorisation"})


def entitled_child(key: str = "", *, confirmed: bool = True, **fields) -> uuid.UUID:
    """A child whose father is dead and whose mother is in prison for three years: de-facto unattended, by a confirmed determination."""
    told = {
        "father": {"dead": True},
        "mother": {"imprisoned": True, "imprisoned.term_months": 36},
        "child": {"recognized_tekun": False, "disability_grade": 0},
        "household": {"dibao": False},
        **fields,
    }
    child = file_child(key, **told)
    determine_children(LOCAL_OPERATOR, child_ids=[child], as_of=timezone.localdate(), cause="load")
    if confirmed:
        confirm(child)
    return child


def confirm(child) -> None:
    """A person stands behind the child's current determination."""
    found = Determination.objects.get(person_id=child, current=True)
    county = found.division[:6].ljust(12, "0")
    confirm_determination(make_actor("county_reviewer", division=county), determination_id=found.id)


def received(child, *, by=None, entitlement: str = DE_FACTO, **fields) -> Receipt:
    """An application of the grandmother, taken at the township's counter with everything that is asked for."""
    wanted = NewApplication(
        **{
            "id": uuid.uuid4(),
            "child_id": child,
            "entitlement": entitlement,
            "applicant": MOTHER,
            "brought": CODES,
            **fields,
        }
    )
    return receive_application(by or make_actor("supervisor"), wanted=wanted)


def version_of(application_id) -> int:
    return Application.objects.get(id=application_id).version


def checked(child, *, by=None, opinion: Opinion | None = None, **fields) -> uuid.UUID:
    """An application that the township has agreed to."""
    receipt = received(child, **fields)
    agreed = opinion or Opinion("agree", compared=frozenset({"police"}), report="全家月人均收入低于当地标准。")
    check_application(
        by or make_actor("supervisor"), application_id=receipt.id, version=version_of(receipt.id), opinion=agreed
    )
    return receipt.id


def drafted(child, *, draft: Draft | None = None, **fields) -> uuid.UUID:
    """An application whose approval the county has drafted."""
    found = checked(child, **fields)
    draft_decision(
        make_actor("county_drafter"),
        application_id=found,
        version=version_of(found),
        draft=draft or Draft("approve", amount_fen=AMOUNT),
    )
    return found


def awarded(child, **fields) -> Award:
    """An award, made by four different people."""
    found = drafted(child, **fields)
    award = decide_application(
        make_actor("county_approver"), application_id=found, version=version_of(found), decision="accept"
    )
    return Award.objects.get(id=award)
