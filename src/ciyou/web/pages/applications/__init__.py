"""Applications and awards: taken, checked, decided, changed; and the open page on which a guardian follows one."""

from __future__ import annotations

from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.applications import awards, following, home_county, listing, one, receiving, working

_GET, _POST = ("GET", "HEAD"), ("POST",)
_BOTH = (*_GET, *_POST)
_P, _S, _A = Access.PERSONAL, Purpose.SERVE, Action
_ONE = "applications/<uuid:application_id>/"

ROUTES = (
    Route("follow/", following.follow, "follow", Access.OPEN, _BOTH),
    Route("applications/", listing.show_applications, "applications", _P, _GET, _A.SEE_APPLICATIONS, _S),
    Route("applications/proposals/", listing.show_proposals, "proposals", _P, _GET, _A.APPLY, _S),
    Route("applications/child/<uuid:child_id>/", receiving.apply, "apply", _P, _BOTH, _A.APPLY, _S),
    Route(_ONE, one.show_application, "application", _P, _GET, _A.SEE_APPLICATIONS, _S),
    Route(_ONE + "slip/", receiving.slip, "application_slip", _P, _POST, _A.APPLY, _S),
    Route(_ONE + "code/", receiving.new_code, "renew_application_code", _P, _POST, _A.APPLY, _S),
    Route(_ONE + "papers/", one.make_paper, "print_paper", _P, _POST, _A.APPLY, _S),
    Route(_ONE + "complete/", working.complete, "complete_application", _P, _POST, _A.APPLY, _S),
    Route(_ONE + "withdraw/", working.withdraw, "withdraw_application", _P, _POST, _A.APPLY, _S),
    Route(_ONE + "check/", working.check, "check_application", _P, _POST, _A.CHECK_APPLICATION, _S),
    Route(_ONE + "notice/post/", working.post, "post_notice", _P, _POST, _A.CHECK_APPLICATION, _S),
    Route(_ONE + "notice/remove/", working.remove, "remove_notice", _P, _POST, _A.CHECK_APPLICATION, _S),
    Route(_ONE + "draft/", working.draft, "draft_application", _P, _POST, _A.SEE_APPLICATIONS, _S),
    Route(_ONE + "decide/", working.decide, "decide_application", _P, _POST, _A.DECIDE_APPLICATION, _S),
    Route("applications/<uuid:asked_id>/home/", home_county.show_question, "home_question", _P, _BOTH, _A.CROSS, _S),
    Route(_ONE + "home/letter/", home_county.note_letter, "note_home_letter", _P, _POST, _A.DRAFT_DECISION, _S),
    Route(_ONE + "tell/", working.tell, "tell_applicant", _P, _POST, _A.APPLY, _S),
    Route(_ONE + "appeal/", working.appeal, "receive_appeal", _P, _POST, _A.APPLY, _S),
    Route("appeals/<uuid:appeal_id>/answer/", working.answer, "answer_appeal", _P, _POST, _A.ANSWER_APPEAL, _S),
    Route("papers/<uuid:paper_id>/", one.show_paper, "paper", _P, _GET, _A.SEE_APPLICATIONS, _S),
    Route("awards/<uuid:award_id>/", awards.show_award, "award", _P, _GET, _A.SEE_APPLICATIONS, _S),
    Route("awards/<uuid:award_id>/change/", awards.propose, "propose_change", _P, _POST, _A.CHANGE_AWARD, _S),
    Route("awards/<uuid:award_id>/keep/", awards.keep, "keep_award", _P, _POST, _A.CHANGE_AWARD, _S),
    Route("awards/<uuid:award_id>/hand-over/", awards.hand_over, "hand_over_award", _P, _POST, _A.CHANGE_AWARD, _S),
    Route("award-changes/<uuid:change_id>/decide/", awards.decide, "decide_change", _P, _POST, _A.DECIDE_CHANGE, _S),
)
