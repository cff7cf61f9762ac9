"""Fills a state folder with two counties' offices and one child of the second."""

from __future__ import annotations

from tests.crossing_builders import child_there
from tests.e2e.offices import make_officer, make_places

PEOPLE = (
    ("chuangkou", "王小窗", "supervisor", "990101001000"),
    ("jiafuhe", "赵复核", "county_reviewer", "990101000000"),
    ("dongshan", "李东山", "supervisor", "990102001000"),
    ("yijingban", "钱经办", "county_drafter", "990102000000"),
    ("yifuhe", "孙复核", "county_reviewer", "990102000000"),
    ("yishenpi", "周审批", "county_approver", "990102000000"),
)
PLACES = (
    ("990101000000", "甲县", "county"),
    ("990101001000", "河口镇", "township"),
    ("990102000000", "乙县", "county"),
    ("990102001000", "东山镇", "township"),
    ("990102001001", "上东村", "village"),
)


def fill() -> None:
    """Both offices, and a de-facto unattended child on file in the second county."""
    make_places(PLACES)
    for person in PEOPLE:
        make_officer(*person)
    child_there("走失")
