"""What is applied for where a child lives: which place takes it, and what the county of registration is asked.

Only that county knows whether the family is paid dibao there already. It reads the question and nothing else of the application; while it
has not answered nothing is approved, and what runs there in the same series is never paid here too (docs/decisions/0039).
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from ciyou.apps.accounts.selectors import count_holders
from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.access import PURPOSE, county_of, find_application, is_of_residence
from ciyou.apps.awards.contents import HomeWord, seal_application
from ciyou.apps.awards.models import OPEN_STATES, Application, Award, AwardState
from ciyou.apps.awards.paying import PayingRules, is_at_residence, paying_rules
from ciyou.apps.awards.refusals import application_not_found, check_may, check_reason, moved_on, refused
from ciyou.apps.awards.steps import DRAFTER, SUPERVISOR, Work, content_of, end_work, note_aside, open_work
from ciyou.apps.registry.deciding import places_of
from ciyou.apps.registry.identities import identities_of
from ciyou.apps.registry.selectors import PersonCard, get_person
from ciyou.core.access.actor import LOCAL_OPERATOR, Actor, DivisionScope
from ciyou.core.access.roles import Action
from ciyou.core.awards.month import Month
from ciyou.packs import load_payments

ASK_HOME = "answer_home_county"
NOT_PAID, PAID, ENDED = "not_paid", "paid", "ended"
ANSWERS = (NOT_PAID, PAID, ENDED)
HOME, LETTER = "home", "letter"
WORDS_LENGTH = 400


def place_of_claim(child: PersonCard, entitlement: str) -> str:
    """The division that an entitlement is applied for in: where the child lives if its packs say so, else where it is registered."""
    lives = child.residence_division
    payment = load_payments(division=lives).get(entitlement) if lives else None
    return lives if payment is not None and is_at_residence(payment) else child.division


def check_place(actor: Actor, child: PersonCard, rules: PayingRules) -> None:
    """Raises RecordError where an entitlement of the residence is asked for at another place, or where this place does not take it."""
    if not rules.at_residence:
        return
    lives = child.residence_division
    if not lives or county_of(lives) == county_of(child.division) or not actor.scope.holds(lives):
        raise refused(
            "application.not_residence",
            "这一项只在孩子的居住地（与户籍地不在同一个县）申请。请先在档案里记下居住地，由居住地的窗口受理。",
            "This is applied for only where the child lives, in another county than that of registration. Record the residence first; a counter there takes it.",
        )
    if not rules.is_taken_here:
        raise refused(
            "application.not_taken_at_residence",
            "本地规定这一项不在居住地受理。请告诉家庭：户籍地与常住地一致的成员在其户籍地申请，都不一致的由任一成员在自己的户籍地申请。",
            "This place does not take it at the residence: the member registered where it lives applies there, else any member at the own registration.",
        )


def is_served(division: str) -> bool:
    """Whether the county of a place works on this installation: somebody is there to take or to answer what is sent."""
    held = count_holders(DivisionScope.of(county_of(division)), roles=(SUPERVISOR, DRAFTER), on=timezone.localdate())
    return any(held.values())


def ask_home(actor: Actor, row: Application, child: PersonCard) -> None:
    """Ask the county of registration. One that does not work here, and of a protected child any, is asked by letter."""
    with walled(LOCAL_OPERATOR):
        asks = is_served(child.division) and not child.restricted
        note_aside(actor, row, step="ask_home", outcome="" if asks else LETTER)
    if asks:
        open_work(actor, Work(ASK_HOME, row.id, county_of(child.division), DRAFTER, child.id, row.sensitivity))


@dataclass(frozen=True)
class HomeQuestion:
    """What the county of registration reads: whose child, what is asked for, where and since when.

    `running_here`: what this system itself pays the child in the same series; `word` the answer, None before there is one.
    """

    application_id: uuid.UUID
    child: PersonCard
    entitlement: str
    division: str
    received_on: dt.date
    open: bool
    running_here: tuple[str, ...]
    word: HomeWord | None


def read_home_question(actor: Actor, *, application_id: uuid.UUID) -> HomeQuestion:
    """The question as the county of registration may read it; raises ApplicationNotFound."""
    row, child = _asked(actor, application_id)
    with walled(LOCAL_OPERATOR):
        running = others_running(row, _rules(row))
    return HomeQuestion(
        application_id=row.id,
        child=child,
        entitlement=row.entitlement,
        division=row.division,
        received_on=row.received_on,
        open=row.state in OPEN_STATES,
        running_here=tuple(award.entitlement for award in running),
        word=content_of(row).home,
    )


def _asked(actor: Actor, application_id: uuid.UUID, *, lock: bool = False) -> tuple[Application, PersonCard]:
    """An application about which the actor's county was asked: of its own child, taken where the child lives."""
    check_may(actor, Action.CROSS)
    with walled(LOCAL_OPERATOR):
        rows = Application.objects.select_for_update(of=("self",)) if lock else Application.objects.all()
        row = rows.filter(id=application_id).first()
    if row is None or not actor.scope.holds(county_of(_home_of(row))) or not _rules(row).at_residence:
        raise application_not_found()
    return row, get_person(actor, person_id=row.person_id, purpose=PURPOSE)


def _home_of(row: Application) -> str:
    with walled(LOCAL_OPERATOR):
        return places_of([row.person_id])[row.person_id]


def _rules(row: Application) -> PayingRules:
    return paying_rules(row.entitlement, row.division, timezone.localdate())


@dataclass(frozen=True)
class HomeAnswer:
    """What the county of registration says: not_paid | paid | ended (with the last month that it pays)."""

    answer: str
    last_month: Month | None = None
    words: str = ""


def answer_home(actor: Actor, *, application_id: uuid.UUID, answer: HomeAnswer) -> None:
    """The county of registration answers; while nothing is decided it may correct its answer."""
    with transaction.atomic():
        row, _child = _asked(actor, application_id, lock=True)
        with walled(LOCAL_OPERATOR):
            _write(actor, row, answer, HOME)
            end_work(actor, kind=ASK_HOME, subject_id=row.id)


def note_home_letter(actor: Actor, *, application_id: uuid.UUID, version: int, answer: HomeAnswer) -> None:
    """The place of residence notes what the county of registration said on another way; how is written down.

    Raises RecordError where that county has answered here itself.
    """
    check_may(actor, Action.DRAFT_DECISION)
    check_reason(answer.words, code="application.home_how")
    with transaction.atomic():
        row = find_application(actor, application_id, lock=True)
        known = content_of(row).home
        if not _rules(row).at_residence or row.version != version or (known is not None and known.by == HOME):
            raise moved_on()
        _write(actor, row, answer, LETTER)


def _write(actor: Actor, row: Application, answer: HomeAnswer, by: str) -> None:
    if row.state not in OPEN_STATES:
        raise moved_on()
    if answer.answer not in ANSWERS or (answer.answer == ENDED) != (answer.last_month is not None):
        raise refused(
            "application.home_answer",
            "请选择这一家在户籍地领低保的情况；已停发的，写明最后发放的月份（如 2026-11）。",
            "Say whether the family is paid dibao at its registration; where it has ended, give the last month paid (such as 2026-11).",
        )
    words = " ".join(answer.words.split())[:WORDS_LENGTH]
    last = answer.last_month.first_day.isoformat() if answer.last_month else ""
    word = HomeWord(answer.answer, by, timezone.localdate().isoformat(), last, words)
    content = replace(content_of(row), home=word)
    changed = Application.objects.filter(id=row.id, version=row.version, state=row.state).update(
        content=seal_application(row.id, content), version=row.version + 1
    )
    if not changed:
        raise moved_on()
    note_aside(actor, row, step="answer_home", outcome=LETTER if by == LETTER else answer.answer)


def others_running(row: Application, rules: PayingRules) -> tuple[Award, ...]:
    """What runs for the same ID number in the same series, one of the two being of a residence; read as the machine."""
    identity = identities_of([row.person_id])[row.person_id]
    same = Award.objects.filter(identity=identity, series=rules.series).exclude(state=AwardState.ENDED)
    found = same.exclude(entitlement=row.entitlement, division=row.division).order_by("awarded_on", "id")
    return tuple(one for one in found if rules.at_residence or is_of_residence(one))


def check_paid_once(row: Application, rules: PayingRules, month: Month) -> None:
    """Raises RecordError where approving would pay dibao twice, or while the county of registration has not been heard.

    Also for what is applied for at the registration itself: the child may be paid where it lives.
    """
    with walled(LOCAL_OPERATOR):
        # Of two counties that decide in one moment the second waits here, and then sees what the first has awarded.
        list(Application.objects.select_for_update(of=("self",)).filter(person_id=row.person_id, state__in=OPEN_STATES))
        running = others_running(row, rules)
    for award in running:
        if award.last_month is None or Month.of(award.last_month) >= month:
            raise refused(
                "application.paid_elsewhere",
                "这个孩子在另一个地方已有同一类待遇在发放，同一个月不能两地都发。请先由那里停止，再从次月起发。",
                "Another place pays this child out of the same series already, and no month is paid twice. Let it end there first, and begin with the month after.",
            )
    if rules.at_residence:
        _check_heard(content_of(row).home, month)


def _check_heard(word: HomeWord | None, month: Month) -> None:
    if word is None:
        raise refused(
            "application.home_unheard",
            "户籍地还没有答复这一家是否已在那里领低保，不能拟同意。对方逾期的，请发函或电话问清后登记答复；不予确认的可以先拟。",
            "The county of registration has not said yet whether the family is paid dibao there, so this cannot be approved. Where it is late, ask by letter or telephone and note the answer; a refusal can be drafted.",
        )
    if word.answer == PAID:
        raise refused(
            "application.paid_at_home",
            "户籍地答复这一家正在那里领低保。请家庭先在户籍地办理停发，户籍地更正答复后再拟同意。",
            "The county of registration says that the family is paid dibao there. It has to end there first and the answer to be corrected; then this can be approved.",
        )
    if word.last_month and Month.of(dt.date.fromisoformat(word.last_month)) >= month:
        raise refused(
            "application.home_month",
            "户籍地低保发到的月份不早于这里起发的月份，会重复。请从户籍地停发的次月起发。",
            "The registration still pays the month with which this would begin. Begin with the month after its last.",
        )
