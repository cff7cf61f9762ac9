"""培训: courses with attendance and certificates, the log of publicity, one's own training, and figures; and guidance for the family of one child."""

from __future__ import annotations

from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.training import courses, figures, guidance, own, publicity

_GET, _BOTH = ("GET", "HEAD"), ("GET", "HEAD", "POST")
_P, _S, _KEEP, _OWN = Access.PERSONAL, Access.STAFF, Action.KEEP_TRAINING, Action.SEE_OWN_TRAINING

ROUTES = (
    Route("training/", courses.show_courses, "courses", _S, _GET, _KEEP),
    Route("training/new/", courses.new_course, "new_course", _S, _BOTH, _KEEP),
    Route("training/course/<uuid:course_id>/", courses.show_course, "course", _S, _BOTH, _KEEP),
    Route("training/session/<uuid:course_session_id>/", courses.correct_day, "course_session", _S, _BOTH, _KEEP),
    Route("training/untrained/", courses.show_untrained, "untrained", _S, _GET, _KEEP),
    Route("training/publicity/", publicity.show_publicity, "publicity", _S, _BOTH, _KEEP),
    Route("training/publicity/<uuid:publicity_id>/", publicity.show_entry, "publicity_entry", _S, _BOTH, _KEEP),
    Route("training/mine/", own.show_own, "own_training", _S, _GET, _OWN),
    Route("training/certificate/<uuid:certificate_id>/", own.take_certificate, "training_certificate", _S, _GET, _OWN),
    Route("training/check/", own.check, "check_certificate", _S, _BOTH),
    Route("guidance/child/<uuid:child_id>/", guidance.show_child, "child_guidance", _P, _BOTH, Action.VISIT, Purpose.SERVE),
    Route("guidance/<uuid:guidance_id>/", guidance.show_guidance, "guidance", _P, _BOTH, Action.VISIT, Purpose.SERVE),
    Route("figures/training/", figures.show_figures, "training_figures", _S, _GET, Action.SEE_FIGURES, Purpose.SUPERVISE),
    Route("figures/training/file/", figures.take_figures, "training_figures_file", _S, ("POST",), Action.SEE_FIGURES),
)  # fmt: skip
