"""A county with one of everything that an address can name, and the words by which a leak would be known.

Two such counties stand side by side in the matrix (test_matrix.py): an officer of one may meet nothing of the other.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.utils import timezone

from ciyou.apps.accounts.models import Device, Organization, Post, SecondFactor, SignIn, TwoPersonRequest
from ciyou.apps.audit.keys import keyring
from ciyou.apps.audit.models import LogEntry
from ciyou.apps.audit.services import record_action
from ciyou.apps.awards.changes import WishedChange, propose_change
from ciyou.apps.awards.contents import (
    AppealContent,
    Applicant,
    ApplicationContent,
    seal_appeal,
    seal_application,
    seal_paper,
)
from ciyou.apps.awards.models import Appeal, Application, Award, Paper
from ciyou.apps.awards.numbering import CODE_DIGITS, code_hash
from ciyou.apps.awards.receiving import NewApplication, receive_application
from ciyou.apps.care.alerting import open_alerts
from ciyou.apps.care.asking import NewAnswers, record_answers
from ciyou.apps.care.campaigning import NewCampaign, open_campaign
from ciyou.apps.care.models import CampaignChild, FilledQuestionnaire
from ciyou.apps.cases.expiries import ComingEnd, open_warnings
from ciyou.apps.cases.letters import draft_letter, send_letter
from ciyou.apps.cases.load_leads import seal_record
from ciyou.apps.cases.models import ChildCheck, Lead, LeadState, Round, VisitedChild
from ciyou.apps.cases.models import Visit as VisitRow
from ciyou.apps.cases.risk_work import settle_tier
from ciyou.apps.cases.tasks import open_task
from ciyou.apps.cases.visits import record_no_change, visit_form
from ciyou.apps.crossing.contents import (
    CrossingContent,
    EmergencyContent,
    ToldChild,
    likeness_of,
    seal_crossing,
    seal_emergency,
)
from ciyou.apps.crossing.contents import seal_paper as seal_crossing_paper
from ciyou.apps.crossing.models import Crossing, CrossingPaper, EmergencyAid
from ciyou.apps.disbursement.collective import record_collective_account
from ciyou.apps.disbursement.models import (
    Hold,
    MonthChange,
    MonthRun,
    PaidMonth,
    Payment,
    PaymentLine,
    ResultFile,
    ResultProblem,
)
from ciyou.apps.disbursement.payee_snapshots import Payee, seal_snapshot
from ciyou.apps.disbursement.recovering import RecoveryWish, propose_recovery
from ciyou.apps.entitlements.case_deciding import CaseContent, seal_case
from ciyou.apps.entitlements.models import CaseDecision, Determination
from ciyou.apps.entitlements.services import determine_children
from ciyou.apps.exchange.contents import ItemContent, seal_content
from ciyou.apps.exchange.listed_contents import ListedContent, hash_of_list, seal_listed, seal_note
from ciyou.apps.exchange.models import ExchangeFile, ExchangeItem, IdentityList, ListedChild
from ciyou.apps.messages.models import OutgoingMessage
from ciyou.apps.oversight.complaints import complain
from ciyou.apps.oversight.exports import ExportWish, export_ledger
from ciyou.apps.oversight.ledger_query import LedgerQuery
from ciyou.apps.oversight.models import (
    BreakGlass,
    NationalExport,
    Purge,
    SavedView,
)
from ciyou.apps.oversight.subject_requests import Requester, decide_request, receive_request
from ciyou.apps.partners.links import make_link
from ciyou.apps.partners.providers import WrittenProvider, record_provider
from ciyou.apps.partners.referring import NewReferral, draft_referral, send_referral
from ciyou.apps.planning.services import NewTrial, start_trial
from ciyou.apps.planning.tasks import try_now
from ciyou.apps.planning.wishes import Wish
from ciyou.apps.plans.casework import open_case
from ciyou.apps.plans.conferences import NewDecision, add_decision, call_conference, hold_conference
from ciyou.apps.plans.goals import NewGoal, owners_for, set_goal
from ciyou.apps.plans.models import ChildCase
from ciyou.apps.registry.models import Fact, Identifier, IdentityDecision, NamedAccess, Person, Relationship
from ciyou.apps.registry.services import (
    IncomingPerson,
    IncomingRelation,
    NewStatement,
    merge_people,
    record_payee,
    record_roster_facts,
    register_people,
    relate_people,
    store_evidence,
)
from ciyou.apps.rosters.models import ScreeningRun, ScreeningStatus
from ciyou.apps.schooling.home import HeldSession, NewPlacement, TermPlan, plan_term, record_placement, record_session
from ciyou.apps.schooling.links import make_school_link
from ciyou.apps.schooling.models import SchoolCase
from ciyou.apps.schooling.opening import Missed, open_cases
from ciyou.apps.schooling.places import NewRequest, ask_for_place
from ciyou.apps.schooling.working import SchoolVisit, name_school, record_school_visit
from ciyou.apps.training.certificates import issue_certificates
from ciyou.apps.training.courses import HeldDay, WrittenCourse, record_course, record_course_day
from ciyou.apps.training.guidance import HeldGuidance, NewGuidance, record_guidance, record_guidance_session
from ciyou.apps.training.models import Certificate
from ciyou.apps.training.publicity import WrittenPublicity, record_publicity
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, Purpose
from ciyou.core.access.roles import ROLES, Level
from ciyou.core.awards.month import Month
from ciyou.packs import load_questionnaires
from ciyou.vault.fields import encrypt_text
from tests.field_builders import make_phone
from tests.office import make_post
from tests.pair_builders import make_pair
from tests.risk_builders import assess
from tests.web.made_results import AS_OF, CHILD, write_results

ROLE_CODES = tuple(code for code in ROLES if code != "local_operator")
BORN = dt.date(2016, 5, 1)
DEPARTMENT = "justice"
NAMES = {
    "990101": ("司徒星河", "司徒长风", "慕容秋水", "诸葛残月"),
    "990102": ("欧阳惊鸿", "欧阳沧海", "上官晚晴", "夏侯孤舟"),
}
TAKEN_IN = {"990101": "东方未明", "990102": "西门无恨"}
"""Children of third places, whose applications the counters of our two counties took in."""
IN_NEED = {"990101": "欧阳急雨", "990102": "令狐晚风"}
"""Children of third places in an emergency in our two counties."""
RECORDED = {"990101": "公孙无迹", "990102": "独孤远行"}
TERM = 137
IN_PRISON = {"imprisoned": True, "imprisoned.term_months": TERM}


@dataclass
class Scene:
    """One county's objects. `ids` by the name of the part of an address; `secrets` are words that nobody else may read."""

    county: str
    ids: dict[str, object] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    restricted: dict[str, object] = field(default_factory=dict)
    restricted_secrets: list[str] = field(default_factory=list)
    posts: dict[str, Post] = field(default_factory=dict)

    def division(self, level: Level) -> str:
        """The division of this county in which a post of a level sits."""
        ends = {Level.VILLAGE: "001001", Level.TOWNSHIP: "001000"}
        wide = {Level.CITY: "990100000000", Level.PROVINCE: "990000000000", Level.NATION: "000000000000"}
        return wide.get(level) or self.county + ends.get(level, "000000")

    @property
    def probes(self) -> list[str]:
        """By what a child would be looked for: its name, its number, its file."""
        return [self.secrets[0], self.secrets[3], str(self.ids["child_id"])]

    @property
    def village(self) -> str:
        return self.division(Level.VILLAGE)


def build_scene(folder: Path, county: str = "990101") -> Scene:
    """A county with a post of every role, two children (the second protected), and one of everything about the first."""
    scene = Scene(county)
    _make_posts(scene)
    child, father, mother = _make_family(scene, county, NAMES[county][:3], scene.ids, scene.secrets)
    scene.ids |= {
        "linkage_id": f"{county}c",
        "child_id": child,
        "person_id": child,
        "about_id": mother,
        "rule_code": "orphan",
        "father_id": father,
    }
    hidden, _father, _mother = _make_family(
        scene, f"{county}9", (NAMES[county][3], *NAMES[county][1:3]), scene.restricted, scene.restricted_secrets
    )
    scene.restricted |= {"linkage_id": f"{county}9c", "child_id": hidden, "person_id": hidden}
    scene.restricted_secrets[:] = [NAMES[county][3], str(hidden)]
    _make_work(scene, child, scene.ids)
    _make_work(scene, hidden, scene.restricted)
    scene.ids["twin_id"] = _make_twin(scene)
    scene.ids["merge_id"] = _make_merge(scene, child)
    _make_campaign(scene, child, hidden)
    _make_school_campaign(scene, child, hidden)
    _make_care(scene, child, scene.ids)
    _make_care(scene, hidden, scene.restricted)
    _make_risk(scene, child)
    _make_risk(scene, hidden)
    _make_case(scene, child)
    _make_case(scene, hidden)
    _make_conference(scene, child)
    _make_award(scene, child, scene.ids)
    _make_question(scene, child, scene.ids)
    _make_award(scene, hidden, scene.restricted)
    _make_crossing(scene)
    _make_emergency(scene)
    _make_letter(scene, child)
    _make_referral(scene, child)
    _make_schooling(scene, child)
    _make_guidance(scene, child)
    _make_training(scene)
    _make_record(scene)
    _make_month(scene, child)
    _make_oversight(scene, child)
    _make_exchange(scene, child, hidden)
    _make_identity_list(scene, child)
    _make_round(scene, child, hidden)
    _make_complaint(scene)
    _make_field_work(scene, child)
    _make_run(scene, folder / county)
    _make_trial(scene)
    Person.objects.filter(id=hidden).update(restricted=True)
    personal = (
        "child_id",
        "about_id",
        "father_id",
        "lead_id",
        "visit_id",
        "letter_id",
        "determination_id",
        "evidence_id",
        "application_id",
        "award_id",
        "month_id",
        "recovery_id",
        "collective_id",
        "case_id",
        "referral_id",
        "school_case_id",
        "place_id",
        "placement_id",
        "guidance_id",
        "filled_id",
        "household_id",
    )
    scene.secrets += [str(scene.ids[name]) for name in personal]
    return scene


def add_children(scene: Scene, how_many: int) -> None:
    """More children of the county, each with a family, a determination, a lead, a task, a visit and a file."""
    for number in range(how_many):
        ids: dict[str, object] = {}
        child, _father, _mother = _make_family(scene, f"{scene.county}x{number}", ("端木", "端木甲", "端木乙"), ids, [])
        _make_work(scene, child, ids)


def _make_posts(scene: Scene) -> None:
    organization = Organization.objects.create(
        name=f"{scene.county}司法局", kind="department", division=scene.division(Level.COUNTY), department=DEPARTMENT
    )
    for code in ROLE_CODES:
        level = ROLES[code].level
        fields = {"department": DEPARTMENT, "organization": organization} if code == "partner" else {}
        division = scene.division(Level.COUNTY if level is Level.ANY else level)
        scene.posts[code] = make_post(code, division=division, **fields)
    post, now = scene.posts["child_director"], timezone.now()
    device = Device.objects.create(
        user=post.user, label="手机", token_hash=_hash(f"{scene.county}device"), pin_hash=b"x", created_at=now
    )
    sign_in = SignIn.objects.create(
        user=post.user, post=post, session_hash=_hash(f"{scene.county}session"), method="pin", origin="127.0.0.1",
        started_at=now, last_seen_at=now, proved_at=now, ends_at=now + dt.timedelta(hours=1),
    )  # fmt: skip
    request = TwoPersonRequest.objects.create(
        kind="password_reset", user=post.user, division=post.division, reason="忘记口令",
        asked_by=scene.posts["sysadmin"].user, asked_at=now,
    )  # fmt: skip
    factor = SecondFactor.objects.create(user=post.user, kind="totp", label="手机", secret=b"x", created_at=now)
    cover = make_post("child_director", division=post.division, cover_of=post)
    scene.ids |= {
        "factor_id": factor.id,
        "cover_id": cover.id,
        "post_id": post.id,
        "user_id": post.user_id,
        "device_id": device.id,
        "sign_in_id": sign_in.id,
        "two_person_request_id": request.id,
        "organization_id": organization.id,
    }


def _make_family(scene: Scene, key: str, names: tuple[str, str, str], ids: dict[str, object], secrets: list[str]):
    members = dict(zip(("c", "f", "m"), names, strict=True))
    number = id_number(scene.county, BORN, str(zlib.crc32(key.encode()) % 1000))
    people = [
        IncomingPerson(
            f"{key}{member}", "child" if member == "c" else "adult", name, "female" if member != "f" else "male",
            BORN if member == "c" else dt.date(1986, 7, 3), scene.village,
            identifiers=(("id_card", number),) if member == "c" else (), source="police_hukou",
        )
        for member, name in members.items()
    ]  # fmt: skip
    found = register_people(LOCAL_OPERATOR, people=people, source="police_hukou")
    ties = [IncomingRelation(f"{key}c", kind, f"{key}{kind[0]}", "police_hukou", 0.9) for kind in ("father", "mother")]
    relate_people(LOCAL_OPERATOR, relations=ties)
    said = {
        "c": {
            "birth_date": BORN,
            "sex": "female",
            "hukou_division": scene.village,
            "dead": False,
            "hiv_infected": True,
            "household.dibao": True,
            "school_code": _school_of(scene),
        },
        "f": {"dead": True},
        "m": {"dead": False, **IN_PRISON},
    }
    facts = [
        (f"{key}{member}", NewStatement(name, value, "rostered"), "justice_custody")
        for member, values in said.items()
        for name, value in values.items()
    ]
    record_roster_facts(LOCAL_OPERATOR, facts=facts, run_id=f"run-{key}")
    child, father, mother = (found[f"{key}{member}"] for member in members)
    determine_children(LOCAL_OPERATOR, child_ids=[child], as_of=timezone.localdate(), cause="load")
    secrets += [*names, number]
    ids |= {
        "identifier_id": Identifier.objects.get(person_id=child).id,
        "fact_id": Fact.objects.filter(person_id=child, name="household.dibao").get().id,
        "relationship_id": Relationship.objects.filter(person_id=child)[0].id,
        "determination_id": Determination.objects.get(person_id=child).id,
    }
    return child, father, mother


def _school_of(scene: Scene) -> int:
    """The school that the county's children attend, as the roll knows it."""
    return int(f"{scene.county}1001")


def _make_twin(scene: Scene) -> uuid.UUID:
    """A second file of the first child, opened by mistake, with nothing behind it."""
    twin = IncomingPerson(
        f"{scene.county}t", "child", f"{scene.secrets[0]}二", "female", BORN, scene.village, source="police_hukou"
    )
    return register_people(LOCAL_OPERATOR, people=[twin], source="police_hukou")[f"{scene.county}t"]


def _make_merge(scene: Scene, child: uuid.UUID) -> uuid.UUID:
    """A third file that was merged into the first child's."""
    name = f"{scene.secrets[0]}三"
    third = IncomingPerson(f"{scene.county}k", "child", name, "female", BORN, scene.village, source="police_hukou")
    dropped = register_people(LOCAL_OPERATOR, people=[third], source="police_hukou")[f"{scene.county}k"]
    merge_people(actor_of(scene.posts["county_drafter"]), keep=child, drop=dropped, reason="registered_twice")
    return IdentityDecision.objects.get(dropped=dropped).id


def _make_work(scene: Scene, child: uuid.UUID, ids: dict[str, object]) -> None:
    now, post = timezone.now(), scene.posts["child_director"]
    lead = Lead.objects.create(
        linkage_id=f"lead-{child}", person_id=child, why="entitled", rules=["de_facto_unattended"],
        deciding=["father.lost_contact", "household.dibao"], rank=1, division=scene.village, queue="village",
        state=LeadState.ASSIGNED, post=post, assigned_at=now, opened_at=now,
    )  # fmt: skip
    visit_id = uuid.uuid4()
    record_no_change(actor_of(post), visit_id=visit_id, child_id=child)
    Lead.objects.filter(id=lead.id).update(state=LeadState.ASSIGNED)
    task = open_task(
        LOCAL_OPERATOR, kind="verify_lead", subject_id=str(lead.id), division=scene.village, person_id=child,
        post_id=post.id,
    )  # fmt: skip
    drafter = actor_of(scene.posts["county_drafter"])
    evidence = store_evidence(
        drafter, key=uuid.uuid4(), person_id=child, title=f"{scene.secrets[2]}判决书", content=b"%PDF-1.4\n%%EOF"
    )
    payee = record_payee(
        drafter, person_id=child, holder=scene.secrets[2], bank="农村信用社", number="6228480000000000018"
    )
    assert VisitedChild.objects.filter(visit_id=visit_id, person_id=child).exists()
    assert VisitRow.objects.filter(id=visit_id).exists()
    ids |= {"lead_id": lead.id, "visit_id": visit_id, "task_id": task, "evidence_id": evidence, "account_id": payee}


def _make_care(scene: Scene, child: uuid.UUID, ids: dict[str, object]) -> None:
    """A questionnaire that the village asked the carer, with a child who must be seen today."""
    director, filled = actor_of(scene.posts["child_director"]), uuid.uuid4()
    answers = {item: "2" for item in load_questionnaires(division=scene.village)["psc_17"].scoring.items}
    given = NewAnswers(filled, "psc_17", answers, "guardian_agreed", timezone.localdate())
    record_answers(director, child_id=child, given=given)
    open_alerts(director, FilledQuestionnaire.objects.get(id=filled), ("self_harm",))
    FilledQuestionnaire.objects.filter(id=filled).update(state="waiting")
    ids |= {"filled_id": filled, "instrument": "psc_17"}


def _make_campaign(scene: Scene, child: uuid.UUID, hidden: uuid.UUID) -> None:
    """A campaign that asks the carers of the county's children; what the village asks next answers for both."""
    today = timezone.localdate()
    wanted = NewCampaign(uuid.uuid4(), "psc_17", scene.division(Level.COUNTY), today, today + dt.timedelta(days=20))
    open_campaign(actor_of(scene.posts["county_drafter"]), wanted=wanted)
    scene.ids["household_id"] = CampaignChild.objects.get(person_id=child).household
    scene.restricted["household_id"] = CampaignChild.objects.get(person_id=hidden).household


def _make_school_campaign(scene: Scene, child: uuid.UUID, hidden: uuid.UUID) -> None:
    """A campaign at the school that both children attend, with another questionnaire."""
    today, school = timezone.localdate(), str(_school_of(scene))
    until = today + dt.timedelta(days=20)
    wanted = NewCampaign(
        uuid.uuid4(),
        "psc_35",
        scene.division(Level.COUNTY),
        today,
        until,
        school_code=school,
        school_name="河口中心小学",
    )
    scene.ids["campaign_id"] = open_campaign(actor_of(scene.posts["county_drafter"]), wanted=wanted)
    asked = CampaignChild.objects.filter(campaign=scene.ids["campaign_id"])
    assert {child, hidden} <= set(asked.values_list("person_id", flat=True))


def _make_risk(scene: Scene, child: uuid.UUID) -> None:
    """A tier that the supervisor confirmed, with a reason that nobody else reads, and an assessment that waits."""
    director, reason = actor_of(scene.posts["child_director"]), f"{scene.secrets[2]}不在家"
    row = assess(director, child)
    settle_tier(actor_of(scene.posts["supervisor"]), assessment_id=row.id, version=1, tier="medium_high", reason=reason)
    assess(director, child, carer="nobody")


def _make_case(scene: Scene, child: uuid.UUID) -> None:
    """A case whose plan is being written, with a goal that nobody else reads."""
    director = actor_of(scene.posts["child_director"])
    case = ChildCase.objects.get(id=open_case(director, child_id=child))
    goal = NewGoal(
        uuid.uuid4(),
        "guardianship",
        f"{scene.secrets[2]}每周打一次电话",
        owners_for(case)[0].id,
        timezone.localdate(),
    )
    set_goal(director, case_id=case.id, version=case.version, wanted=goal)


def _make_conference(scene: Scene, child: uuid.UUID) -> None:
    """A conference that was held, with a decision that somebody sees to."""
    reviewer, case = actor_of(scene.posts["county_reviewer"]), ChildCase.objects.get(person_id=child)
    about, today = {"conference_id": uuid.uuid4()}, timezone.localdate()
    called = {"held_on": today, "agenda": f"{scene.secrets[2]}何时回家", "departments": ["education"]}
    call_conference(reviewer, **about, case_id=case.id, version=case.version, **called)
    hold_conference(reviewer, **about, version=1, came=["education"], minutes=f"联系{scene.secrets[2]}")
    post = owners_for(case)[0].id
    wanted = NewDecision(uuid.uuid4(), f"每周与{scene.secrets[2]}通话", "education", "班主任", post, today)
    add_decision(reviewer, **about, version=2, wanted=wanted)


def _make_record(scene: Scene) -> None:
    """A record that leads to nobody, handed to the village; and a notice that somebody's work came there."""
    lead = Lead(
        linkage_id=f"record-{scene.county}", why="adverse_record_alone", rank=2, division=scene.village, queue="village",
        state=LeadState.ASSIGNED, post=scene.posts["child_director"], assigned_at=timezone.now(), opened_at=timezone.now(),
    )  # fmt: skip
    name = RECORDED[scene.county]
    person = {"name": name, "sex": "male", "birth_date": "1984-02-03", "roster": "justice_custody"}
    post = scene.posts["child_director"]
    notice = open_task(
        LOCAL_OPERATOR, kind="take_over_work", subject_id=f"{post.id}:2:3", division=post.division, post_id=post.id
    )
    scene.ids["notice_id"] = notice
    lead.record = seal_record(lead.id, f"r{scene.county}", person)
    lead.save()
    scene.ids["record_id"] = lead.id
    scene.secrets.append(name)


def _make_field_work(scene: Scene, child: uuid.UUID) -> None:
    """The director's phone, and a visit from it that the county has to see to: its post had ended when it came in."""
    director, post = actor_of(scene.posts["child_director"]), scene.posts["child_director"]
    phone = make_phone(director)
    piece = phone.visit(visit_form(director, child_id=child), {"note": ""})
    Post.objects.filter(id=post.id).update(valid_to=timezone.localdate())
    scene.ids |= {"event_id": phone.send(piece).id, "phone_id": phone.keys.id, "piece_id": uuid.UUID(piece["id"])}
    Post.objects.filter(id=post.id).update(valid_to=None)


def _make_letter(scene: Scene, child: uuid.UUID) -> None:
    drafter = actor_of(scene.posts["county_drafter"])
    letter_id = draft_letter(
        drafter, letter_id=uuid.uuid4(), child_id=child, entity="mother", department=DEPARTMENT, facts=["imprisoned"]
    )
    send_letter(drafter, letter_id=letter_id, version=2)
    scene.ids["number"] = 0
    scene.ids["letter_id"] = letter_id


def _make_award(scene: Scene, child: uuid.UUID, ids: dict[str, object]) -> None:
    """An application with an appeal and a paper, and an award with a change that waits."""
    today, drafter = timezone.localdate(), actor_of(scene.posts["county_drafter"])
    name = NAMES[scene.county][2]
    wanted = NewApplication(uuid.uuid4(), child, "de_facto_living_allowance", Applicant(name, "mother"))
    found = receive_application(drafter, wanted=wanted)
    appeal, paper = uuid.uuid4(), uuid.uuid4()
    Appeal.objects.create(
        id=appeal, application_id=found.id, content=seal_appeal(appeal, AppealContent(f"{name}不服")), received_on=today,
        received_by=drafter.id,
    )  # fmt: skip
    Paper.objects.create(
        id=paper, application_id=found.id, kind="refusal", number=found.number, county=scene.division(Level.COUNTY),
        year=today.year, sequence=Paper.objects.count() + 1, document=seal_paper(paper, b"%PDF-1.4"), made_at=timezone.now(),
        made_by=drafter.id,
    )  # fmt: skip
    award = Award.objects.create(
        person_id=child, identity=f"file:{child.hex}", entitlement="orphan_living_allowance", series="children_living",
        division=scene.village, amount_fen=135000, first_month=today.replace(day=1), awarded_on=today, awarded_by="local",
    )  # fmt: skip
    change = WishedChange(uuid.uuid4(), "suspend", "gave_up", today, f"{name}书面放弃", Month.of(today).plus(1))
    propose_change(drafter, award_id=award.id, version=1, wished=change)
    ids |= {
        "application_id": found.id,
        "appeal_id": appeal,
        "paper_id": paper,
        "award_id": award.id,
        "change_id": change.id,
    }


def _make_question(scene: Scene, child: uuid.UUID, ids: dict[str, object]) -> None:
    """An application for dibao that a third place has taken, where the child lives: our county is asked whether it pays already."""
    today, key, number = timezone.localdate(), uuid.uuid4(), Application.objects.count() + 1
    Application.objects.create(
        id=key, number=f"140106-{today.year}-{number:05d}", county="140106000000", year=today.year, sequence=number,
        code_hash="x$y", person_id=child, entitlement="dibao_at_residence", division="140106001001",
        received_in="140106001000", channel="guardian", content=seal_application(key, ApplicationContent()),
        received_on=today, received_by="there", created_at=timezone.now(),
    )  # fmt: skip
    ids["asked_id"] = key


def _make_crossing(scene: Scene) -> None:
    """An application for a child of a third place, taken in at the township's counter, with a paper; nobody has sent it yet."""
    now, today, county = timezone.now(), timezone.localdate(), scene.division(Level.COUNTY)
    key, paper = uuid.uuid4(), uuid.uuid4()
    told = ToldChild(TAKEN_IN[scene.county], "female", BORN.isoformat(), id_number("990109", BORN, "022"))
    Crossing.objects.create(
        id=key, number=f"{scene.county}-{today.year}-K00001", county=county, year=today.year, sequence=1, code_hash="",
        identity=_hash(f"{scene.county}crossing"), entitlement="de_facto_living_allowance", bound_for="990109001000",
        received_in=scene.division(Level.TOWNSHIP), state="ready", received_on=today, completed_on=today,
        content=seal_crossing(key, CrossingContent(told, Applicant("姑姑", "relative"))), created_at=now,
        received_by=str(scene.posts["supervisor"].user_id),
    )  # fmt: skip
    title, document = seal_crossing_paper(paper, "户口簿", b"%PDF-1.4")
    CrossingPaper.objects.create(
        id=paper, crossing_id=key, kind="brought", title=title, media_type="application/pdf", bytes=8, document=document,
        recorded_at=now, recorded_by="local",
    )  # fmt: skip
    scene.ids |= {"crossing_id": key, "crossing_paper_id": paper}
    scene.secrets += [TAKEN_IN[scene.county], str(key)]


def _make_emergency(scene: Scene) -> None:
    """Aid for a child of a third place, registered at the township's counter; nobody has decided yet."""
    key, today = uuid.uuid4(), timezone.localdate()
    told = ToldChild(IN_NEED[scene.county], "female", BORN.isoformat(), id_number("990109", BORN, "022"))
    content = EmergencyContent(told, Applicant("姑姑", "relative"), "家里失火，今晚没有住处。")
    EmergencyAid.objects.create(
        id=key, number=f"{scene.county}-{today.year}-J00001", county=scene.division(Level.COUNTY), year=today.year, sequence=1,
        code_hash=code_hash("0" * CODE_DIGITS), identity=_hash(f"{scene.county}emergency"), likeness=likeness_of(told),
        entitlement="fast_emergency_aid", event_on=today,
        received_in=scene.division(Level.TOWNSHIP), bound_for="990109001000", content=seal_emergency(key, content),
        need_fen=50000, received_on=today, received_by=str(scene.posts["supervisor"].user_id), created_at=timezone.now(),
    )  # fmt: skip
    scene.ids["aid_id"] = key
    scene.secrets += [IN_NEED[scene.county], str(key)]


def _make_schooling(scene: Scene, child: uuid.UUID) -> None:
    """The child as a school case whose school has a link, with a place asked for, and taught at home with a term's plan and a session."""
    director, drafter = actor_of(scene.posts["child_director"]), actor_of(scene.posts["county_drafter"])
    today = timezone.localdate()
    assert open_cases([Missed(child, today)], cause="roster") == 1
    case = SchoolCase.objects.get(child=child)
    about = {"case_id": case.id}
    record_school_visit(director, **about, version=1, found=SchoolVisit("weary", "", "下周陪孩子去报到。"))
    name_school(director, **about, version=2, school="中心小学")
    wanted = NewRequest(uuid.uuid4(), child, "primary", "离家近")
    placed = NewPlacement(uuid.uuid4(), child, "home_delivered", "committee", today, "中心小学")
    scene.ids |= {
        "school_case_id": case.id,
        "school_token": make_school_link(director, **about, version=3).token,
        "place_id": ask_for_place(director, wanted=wanted),
        "placement_id": record_placement(drafter, wanted=placed),
    }
    term = TermPlan(today - dt.timedelta(days=9), today + dt.timedelta(days=9), 5, 15)
    plan = plan_term(drafter, placement_id=placed.id, term=term)
    record_session(drafter, plan_id=plan, held=HeldSession(uuid.uuid4(), today, 90, 2, "识字", "陈老师"))


def _make_guidance(scene: Scene, child: uuid.UUID) -> None:
    """A court ordered guidance for the family; one session was held."""
    drafter, today = actor_of(scene.posts["county_drafter"]), timezone.localdate()
    guardian = f"{NAMES[scene.county][0]}的母亲"
    wanted = NewGuidance(uuid.uuid4(), child, "guidance_order", "court", today, guardian, "县妇联", sessions=3)
    scene.ids["guidance_id"] = record_guidance(drafter, wanted=wanted)
    held = HeldGuidance(uuid.uuid4(), today, "in_person", "县妇联", "谈了陪伴孩子")
    record_guidance_session(drafter, guidance_id=wanted.id, held=held)


def _make_training(scene: Scene) -> None:
    """A course that the child director attended, with its certificate, another that is open, and an activity of publicity."""
    drafter, today = actor_of(scene.posts["county_drafter"]), timezone.localdate()
    county, place, title = scene.division(Level.COUNTY), scene.division(Level.TOWNSHIP), f"轮训{scene.county}"
    written = WrittenCourse("child_directors", "rotation", title, "县民政局", 6, county, today)
    done, opened = (record_course(drafter, course_id=uuid.uuid4(), written=written) for _course in range(2))
    for course, day in ((done, uuid.uuid4()), (opened, uuid.uuid4())):
        record_course_day(drafter, course_id=course, session_id=day, held=HeldDay(today, 6))
    issue_certificates(drafter, course_id=done)
    activity = WrittenPublicity(today, place, "safety", f"集市咨询{scene.county}", 300)
    scene.ids |= {
        "course_id": opened,
        "course_session_id": day,
        "certificate_id": Certificate.objects.get(course=done, user=scene.posts["child_director"].user).id,
        "publicity_id": record_publicity(drafter, publicity_id=uuid.uuid4(), written=activity),
    }
    scene.secrets += [title, activity.activity]


def _make_referral(scene: Scene, child: uuid.UUID) -> None:
    """A hospital in the directory, and the child referred to it, with a link that nobody has answered by yet."""
    director, drafter = actor_of(scene.posts["child_director"]), actor_of(scene.posts["county_drafter"])
    written = WrittenProvider("县医院", "hospital", ("medical_check",), post_id=scene.posts["partner"].id)
    scene.ids["provider_id"] = record_provider(drafter, provider_id=uuid.uuid4(), written=written)
    wanted = NewReferral(
        uuid.uuid4(), child, scene.ids["provider_id"], "medical_check", "guardian", "体检视力不达标。",
        fields={"asked": "视力"}, consent_by="母亲", consent_on=timezone.localdate(),
    )  # fmt: skip
    scene.ids["referral_id"] = draft_referral(director, wanted=wanted)
    send_referral(director, referral_id=wanted.id, version=1)
    scene.ids["answer_token"] = make_link(director, referral_id=wanted.id, version=2).token


def _make_month(scene: Scene, child: uuid.UUID) -> None:
    """A month that is with finance, with one payment, one line of an answer that could not be taken, and a plan."""
    now, county = timezone.now(), scene.division(Level.COUNTY)
    people = {role: str(scene.posts[f"county_{role}"].user_id) for role in ("drafter", "reviewer", "approver")}
    run = MonthRun.objects.create(
        county=county, series="children_living", month=dt.date(2026, 3, 1), cutoff_on=dt.date(2026, 3, 1), state="handed",
        payments_count=1, amount_fen=135_000, drafted_by=people["drafter"], reviewed_by=people["reviewer"],
        approved_by=people["approver"], begun_at=now, drafted_at=now, reviewed_at=now, approved_at=now, handed_at=now,
    )  # fmt: skip
    award = Award.objects.get(id=scene.ids["award_id"])
    claim = PaidMonth.objects.create(
        award=award, identity=award.identity, entitlement=award.entitlement, month=run.month, paid_fen=135_000
    )
    key = uuid.uuid4()
    payment = Payment.objects.create(
        id=key, run=run, person_id=child, sequence=1, number=f"{scene.county}-202603-000001", division=scene.village,
        amount_fen=135_000, account=seal_snapshot(key, Payee(scene.secrets[2], "农村信用社", "6228480000000000018")),
        state="failed", reason="account_wrong", hand_over=1,
    )  # fmt: skip
    PaymentLine.objects.create(payment=payment, claim=claim, kind="current", amount_fen=135_000)
    Hold.objects.create(run=run, award=award, person_id=child, reason="account_missing", stage="draft")
    MonthChange.objects.create(
        run=run, award=award, person_id=child, kind="new", cause="decision", before_fen=0, after_fen=135_000
    )
    file = ResultFile.objects.create(
        run=run, name="结果.csv", sha256=_hash(f"{scene.county}result"), content=b"x", rows=1, done=True,
        by=people["drafter"], at=now,
    )  # fmt: skip
    line = ResultProblem(file=file, line=2, code="unknown_payment")
    cells = json.dumps({"payment_number": "1", "amount": "1", "status": "成功"})
    line.content = encrypt_text(keyring(), cells, context=f"disbursement.result_line:{line.id}")
    line.save(force_insert=True)
    wish = RecoveryWish(uuid.uuid4(), award.id, "plan", Month(2026, 5), "多发一次，分月扣回", most_fen=10_000)
    propose_recovery(actor_of(scene.posts["county_drafter"]), wish=wish)
    account = record_collective_account(
        actor_of(scene.posts["county_drafter"]), account_id=uuid.uuid4(), holder=f"{scene.county}福利院", bank="农业银行",
        number=f"11220001040{scene.county}", person_ids=[child],
    )  # fmt: skip
    scene.ids |= {
        "month_id": run.id,
        "result_problem_id": line.id,
        "recovery_id": wish.recovery_id,
        "collective_id": account,
    }


def _make_identity_list(scene: Scene, child: uuid.UUID) -> None:
    """A list of identities that was sent to the department of the scene, with a child that it refused."""
    now, county = timezone.now(), scene.division(Level.COUNTY)
    content, key = ListedContent(NAMES[scene.county][0], identities=("de_facto_unattended",)).salted(), uuid.uuid4()
    told = IdentityList.objects.create(
        county=county, kind="insurance", department=DEPARTMENT, month="2026-01", number=1, hash=hash_of_list([content.hash()]),
        made_by="x", made_at=now, sent_by="x", sent_at=now, due_on=now.date(),
    )  # fmt: skip
    ListedChild.objects.create(
        id=key, list=told, person_id=child, position=1, change="new", content=seal_listed(key, content), hash=content.hash(),
        answer="refused", answer_note=seal_note(key, "已在别处参保"), answered_by="x", answered_at=now,
    )  # fmt: skip
    scene.ids |= {"list_id": told.id, "listed_id": key}


def _make_exchange(scene: Scene, child: uuid.UUID, hidden: uuid.UUID) -> None:
    """A list of the national system that was compared, with one of each kind, one of them about a protected child; and an export."""
    now, drafter, county = timezone.now(), scene.posts["county_drafter"], scene.division(Level.COUNTY)
    ExchangeFile.objects.create(
        county=county, mapping="national_children", name="名单.xlsx", sha256=_hash(f"{scene.county}list"), rows=3, done=True,
        counts={"problems": 1, "same": 1}, problems=[[2, "出生日期", "date_wrong"]], by=str(drafter.user_id), at=now,
        compared_at=now,
    )  # fmt: skip
    told = {"person.name": RECORDED[scene.county], "person.birth_date": "2015-01-01"}
    wanted = (
        ("differs", child, "child.disability_grade", ItemContent(ours="1", theirs="2")),
        ("only_here", child, "", ItemContent()),
        ("only_here", hidden, "", ItemContent()),
        ("only_there", None, "", ItemContent(key=scene.county, row=told)),
    )
    for kind, person, name, content in wanted:
        item = ExchangeItem(
            county=county, mapping="national_children", kind=kind, person_id=person, field=name, division=scene.village,
            blind="" if person else _hash(scene.county), mark=_hash(kind), found_at=now,
        )  # fmt: skip
        item.content = seal_content(item.id, content)
        item.save(force_insert=True)
        scene.ids.setdefault("exchange_item_id", item.id)
    made = NationalExport.objects.create(
        actor_id=str(drafter.user_id), post_id=str(drafter.id), mapping="national_children", which="everybody", purpose="serve",
        reason="录入全国系统", lang="zh", begun_at=now, done_at=now,
    )  # fmt: skip
    scene.ids["national_export_id"] = made.id


def _make_round(scene: Scene, child: uuid.UUID, hidden: uuid.UUID) -> None:
    """A round with both children, something of the first that ends soon, and decisions case by case of both that wait."""
    now, today, county = timezone.now(), timezone.localdate(), scene.division(Level.COUNTY)
    found = Round.objects.create(
        kind="yearly_review", division=county, period=f"{today:%Y}", due_on=today, opened_at=now,
        opened_by=str(scene.posts["county_drafter"].user_id),
    )  # fmt: skip
    for one in (child, hidden):
        ChildCheck.objects.create(
            round=found, person_id=one, division=scene.village, checks=["survival", "custody"], due_on=today
        )
        case = CaseDecision(
            person_id=one, rule="de_facto_unattended", division=county, holds=True, first=today,
            until=today + dt.timedelta(days=90), drafted_by=str(scene.posts["county_drafter"].user_id), drafted_at=now,
        )  # fmt: skip
        case.content = seal_case(case.id, CaseContent(f"{scene.secrets[2]}查找不到，会商后拟定。"))
        case.save(force_insert=True)
        scene.ids.setdefault("case_id", case.id)
    ends = ComingEnd("birthday", child, scene.village, False, today + dt.timedelta(days=30), "child_director")
    open_warnings([ends], on=today)
    for one in (hidden, child):
        subject = f"tier_rose:{one.hex}"
        scene.ids["alert_id"] = open_task(
            LOCAL_OPERATOR, kind="look_into_change", subject_id=subject, division=scene.village, person_id=one,
            post_id=scene.posts["child_director"].id,
        )  # fmt: skip
    message = OutgoingMessage.objects.create(
        user_id=scene.posts["sysadmin"].user_id, channel="mail", tasks=1, first_due_on=today, state="given_up", problem="http_500",
        made_at=now, next_try_at=now, ended_at=now,
    )  # fmt: skip
    scene.ids["message_id"] = message.id
    scene.ids["round_id"] = found.id


def _make_complaint(scene: Scene) -> None:
    """A complaint of the child director that the county's approver has to answer."""
    key, said = uuid.uuid4(), f"{scene.county}每周都要截图"
    complain(
        actor_of(scene.posts["child_director"]), complaint_id=key, about="proof", reader="county_approver", words=said
    )
    scene.ids["complaint_id"] = key
    scene.secrets.append(said)


def _make_oversight(scene: Scene, child: uuid.UUID) -> None:
    now, drafter = timezone.now(), str(scene.posts["county_drafter"].user_id)
    county = scene.division(Level.COUNTY)
    export_id = uuid.uuid4()
    wish = ExportWish(export_id, LedgerQuery(), ("name", "place"), Purpose.SERVE, "核对本月走访情况，供例会使用")
    export_ledger(actor_of(scene.posts["county_drafter"]), wish=wish, proved=True)
    glass = BreakGlass.objects.create(
        id=uuid.uuid4(), person_id=child, division=county, actor_id=drafter, role="county_drafter", reason="紧急",
        at=now, ends_at=now + dt.timedelta(hours=1),
    )  # fmt: skip
    request, copy = (_ask_for(scene, child, kind) for kind in ("restrict", "copy"))
    decide_request(
        actor_of(scene.posts["county_approver"]), request_id=copy, version=1, granted=True, reason="身份已核对，同意。"
    )
    purge = Purge.objects.create(
        rule="screening_runs", division=county, before=dt.date(2020, 1, 1), plan_hash=_hash("p"), reason="到期",
        asked_by=str(scene.posts["auditadmin"].user_id), asked_at=now,
    )  # fmt: skip
    view = SavedView.objects.create(user_id=drafter, name=f"{scene.county}视图", query="", created_at=now)
    named = NamedAccess.objects.create(
        person_id=child, user_id=drafter, purpose="serve", why="case_worker", reason="主办", granted_by="local",
        granted_at=now, ends_at=now - dt.timedelta(days=1),
    )  # fmt: skip
    entry = record_action(actor_of(scene.posts["county_drafter"]), action="look", persons=[str(child)])
    assert LogEntry.objects.filter(id=entry).exists()
    scene.ids |= {
        "export_id": export_id,
        "glass_id": glass.id,
        "request_id": request,
        "copy_request_id": copy,
        "purge_id": purge.id,
        "view_id": view.id,
        "access_id": named.id,
        "entry_id": entry,
    }


def _ask_for(scene: Scene, child: uuid.UUID, kind: str) -> uuid.UUID:
    mother = Requester(scene.secrets[2], "mother", "id_card", "13800000000", "想知道留存了哪些资料")
    today = timezone.localdate()
    return receive_request(
        actor_of(scene.posts["county_drafter"]), request_id=uuid.uuid4(), person_id=child, kind=kind, requester=mother,
        received_on=today, today=today,
    )  # fmt: skip


def _make_run(scene: Scene, folder: Path) -> None:
    folder.mkdir()
    write_results(folder)
    now = timezone.now()
    run = ScreeningRun.objects.create(
        status=ScreeningStatus.DONE, as_of=AS_OF, file_names=["hukou.csv"], input_folder=str(folder / "none"),
        output_folder=str(folder), division=scene.division(Level.COUNTY), created_by=str(scene.posts["county_drafter"].user_id),
        created_at=now, finished_at=now, percent=100,
    )  # fmt: skip
    scene.ids |= {"run_id": run.id, "screened_id": CHILD}
    told = {"name": RECORDED[scene.county], "id_text": id_number(scene.county, BORN, "777")}
    pair = make_pair(run, first=told, second={"name": NAMES[scene.county][1]}, moves_money=True)
    hidden = f"{scene.county}9c"
    make_pair(run, first={"name": NAMES[scene.county][3]}, person_a=hidden, turn=1)
    scene.ids["pair_id"] = pair.id
    scene.secrets += [told["id_text"], str(pair.id)]


def _make_trial(scene: Scene) -> None:
    """A trial of a change that somebody of the county ran."""
    actor = actor_of(scene.posts["county_drafter"])
    wish = Wish("parameter", "orphan_scattered_standard", dt.date(2026, 1, 1), value="1500")
    scene.ids["trial_id"] = start_trial(actor, new=NewTrial(uuid.uuid4(), wish, drawn=50))
    try_now(uuid.UUID(str(scene.ids["trial_id"])))


def actor_of(post: Post) -> Actor:
    """Whoever holds the post."""
    from ciyou.apps.accounts.selectors import actor_of as actor

    found = actor(post)
    assert found is not None
    return found


def id_number(county: str, born: dt.date, sequence: str) -> str:
    """An ID number that is right in form (GB 11643) and belongs to nobody: there is no such county."""
    body = f"{county}{born:%Y%m%d}{sequence:0>3}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


def fingerprint_of(rows: Mapping[str, list[tuple[object, ...]]]) -> str:
    """One hash over the rows of many tables: equal before and after when nothing was changed."""
    return _hash(json.dumps(rows, default=str, sort_keys=True))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
