"""Everything that is stored encrypted: by this list `ciyou keys` writes it anew under a new key. A structural test compares it with the tables."""

from __future__ import annotations

import json

from ciyou.apps.audit.sealed_columns import BlindColumn, CopiedIndex, RemadeIndex, Sealed, SealedColumn, SealedFolder
from ciyou.apps.crossing.contents import LIKENESS_FIELD, likeness_in, number_in
from ciyou.apps.exchange.contents import BLIND_FIELD, MARK_FIELD, key_text, marked_text
from ciyou.apps.rosters import pair_contents

_IDENTIFIER = SealedColumn("registry.Identifier", "cipher", "registry.identifier:{person_id}:{kind}")
_PAYEE = SealedColumn("registry.PayeeAccount", "cipher", "registry.payee:{person_id}")
_EXCHANGED = SealedColumn("exchange.ExchangeItem", "content", "exchange.item:{id}")
_CROSSING = SealedColumn("crossing.Crossing", "content", "crossing.crossing:{id}")
_EMERGENCY = SealedColumn("crossing.EmergencyAid", "content", "crossing.aid:{id}")
_PAIR_KEYS = SealedColumn("rosters.ReviewPair", "keys", "rosters.pair_keys:{id}")
_IDENTIFIER_INDEX = BlindColumn("blind", _IDENTIFIER, "identifier.{kind}")


def _account_number(text: str) -> str:
    return str(json.loads(text)["number"])


SEALED = Sealed(
    columns=(
        SealedColumn("accounts.User", "phone", "accounts.phone:{id}"),
        SealedColumn("accounts.SecondFactor", "secret", "accounts.factor:{user_id}:{kind}"),
        SealedColumn("accounts.Device", "pin_hash", "accounts.pin:{id}"),
        _IDENTIFIER,
        _PAYEE,
        SealedColumn("registry.Evidence", "title", "registry.evidence_title:{id}"),
        SealedColumn("registry.Fact", "value", "registry.fact:{person_id}:{name}"),
        SealedColumn("registry.IdentityDecision", "content", "registry.identity:{id}:content"),
        SealedColumn("registry.IdentityMove", "content", "registry.identity:{decision_id}:{step}"),
        SealedColumn("entitlements.Determination", "content", "entitlements.determination:{id}"),
        SealedColumn("entitlements.Determination", "causes", "entitlements.determination:{id}:causes"),
        SealedColumn("entitlements.CaseDecision", "content", "entitlements.case:{id}"),
        SealedColumn("assessments.RiskAssessment", "content", "assessments.risk:{id}:content"),
        SealedColumn("assessments.RiskAssessment", "reason", "assessments.risk:{id}:reason"),
        _PAIR_KEYS,
        SealedColumn("rosters.ReviewPair", "content", "rosters.pair:{id}"),
        SealedColumn("cases.Lead", "record", "cases.lead:{id}"),
        SealedColumn("cases.Visit", "content", "cases.visit:{id}"),
        SealedColumn("cases.InquiryLetter", "content", "cases.letter:{id}"),
        SealedColumn("cases.InquiryLetter", "document", "cases.letter:{id}:document"),
        SealedColumn("partners.Referral", "content", "partners.referral:{id}"),
        SealedColumn("partners.Referral", "reply", "partners.reply:{id}"),
        SealedColumn("partners.Referral", "plan", "partners.plan:{id}"),
        SealedColumn("partners.ReferralStep", "words", "partners.step:{id}"),
        SealedColumn("schooling.SchoolCase", "content", "schooling.case:{id}"),
        SealedColumn("schooling.SchoolStep", "words", "schooling.step:{id}"),
        SealedColumn("schooling.PlaceRequest", "content", "schooling.place:{id}"),
        SealedColumn("schooling.SpecialPlacement", "content", "schooling.placement:{id}"),
        SealedColumn("schooling.HomeSession", "content", "schooling.session:{id}"),
        SealedColumn("training.Guidance", "content", "training.guidance:{id}"),
        SealedColumn("training.GuidanceSession", "content", "training.guidance_session:{id}"),
        SealedColumn("care.FilledQuestionnaire", "content", "care.filled:{id}:content"),
        SealedColumn("care.FilledQuestionnaire", "result", "care.filled:{id}:result"),
        SealedColumn("care.FilledQuestionnaire", "assessment", "care.filled:{id}:assessment"),
        SealedColumn("messages.MessageChoice", "address", "messages.address:{id}"),
        SealedColumn("fieldwork.FieldPhone", "secret", "fieldwork.phone:{id}"),
        SealedColumn("fieldwork.FieldEvent", "content", "fieldwork.event:{id}"),
        SealedColumn("fieldwork.FieldClash", "content", "fieldwork.clash:{id}"),
        SealedColumn("plans.CaseStep", "words", "plans.step:{id}"),
        SealedColumn("plans.PlanGoal", "content", "plans.goal:{id}"),
        SealedColumn("plans.CaseConference", "content", "plans.conference:{id}"),
        SealedColumn("plans.ConferenceDecision", "content", "plans.decision:{id}"),
        SealedColumn("plans.PackageLine", "why", "plans.line:{id}"),
        SealedColumn("awards.Application", "content", "awards.application:{id}"),
        SealedColumn("awards.PublicNotice", "content", "awards.notice:{application_id}"),
        SealedColumn("awards.Appeal", "content", "awards.appeal:{id}"),
        SealedColumn("awards.AwardChange", "content", "awards.change:{id}"),
        SealedColumn("awards.Paper", "document", "awards.paper:{id}"),
        _CROSSING,
        SealedColumn("crossing.CrossingStep", "words", "crossing.step:{id}"),
        SealedColumn("crossing.CrossingPaper", "title", "crossing.paper_title:{id}"),
        SealedColumn("crossing.CrossingPaper", "document", "crossing.paper:{id}"),
        _EMERGENCY,
        SealedColumn("crossing.EmergencyStep", "words", "crossing.aid_step:{id}"),
        SealedColumn("disbursement.Payment", "account", "disbursement.account:{id}"),
        SealedColumn("disbursement.CollectiveAccount", "account", "disbursement.account:{id}"),
        SealedColumn("disbursement.HandOver", "application", "disbursement.hand_over:{id}:application"),
        SealedColumn("disbursement.HandOver", "roster", "disbursement.hand_over:{id}:roster"),
        SealedColumn("disbursement.HandOver", "collective", "disbursement.hand_over:{id}:collective"),
        SealedColumn("disbursement.ResultFile", "content", "disbursement.result:{id}"),
        SealedColumn("disbursement.ResultProblem", "content", "disbursement.result_line:{id}"),
        SealedColumn("disbursement.Recovery", "content", "disbursement.recovery:{id}"),
        SealedColumn("exchange.ExchangeFile", "content", "exchange.file:{id}"),
        _EXCHANGED,
        SealedColumn("exchange.ListedChild", "content", "exchange.listed:{id}"),
        SealedColumn("exchange.ListedChild", "answer_note", "exchange.listed:{id}:answer"),
        SealedColumn("oversight.NationalExport", "secret", "oversight.national_export:{id}"),
        SealedColumn("oversight.SubjectRequest", "content", "oversight.request:{id}"),
        SealedColumn("oversight.Complaint", "content", "oversight.complaint:{id}"),
        SealedColumn("oversight.Complaint", "answer", "oversight.complaint:{id}:answer"),
    ),
    blind=(
        _IDENTIFIER_INDEX,
        BlindColumn("blind", _PAYEE, "payee_account", _account_number),
        # The same index as an identifier's: the place that decides compares it with its own files.
        BlindColumn("identity", _CROSSING, "identifier.id_card", number_in),
        BlindColumn("identity", _EMERGENCY, "identifier.id_card", number_in),
        BlindColumn("likeness", _EMERGENCY, LIKENESS_FIELD, likeness_in),
        BlindColumn("blind", _EXCHANGED, BLIND_FIELD, key_text),
        BlindColumn("mark", _EXCHANGED, MARK_FIELD, marked_text),
        BlindColumn("mark", _PAIR_KEYS, pair_contents.MARK_FIELD, pair_contents.marked_text),
        BlindColumn("side", _PAIR_KEYS, pair_contents.SIDE_FIELD, pair_contents.side_text),
    ),
    # By these no month is paid twice; a key that changed for one and not for the other would let it.
    copied=(
        CopiedIndex("awards.Award", "identity", _IDENTIFIER_INDEX),
        CopiedIndex("disbursement.PaidMonth", "identity", _IDENTIFIER_INDEX),
    ),
    remade=(RemadeIndex("registry.MatchKey", "key_id", "ciyou.apps.registry.match_keys:make_all_match_keys"),),
    folders=(SealedFolder("EVIDENCE", "registry.evidence:{name}"),),
)
