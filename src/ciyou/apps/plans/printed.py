"""A case plan on paper. It is kept nowhere: the next one says how things stand then."""

from __future__ import annotations

from collections.abc import Mapping

from ciyou.apps.audit.services import record_action
from ciyou.apps.cases.documents.typesetting import typeset_file
from ciyou.apps.plans.reading import PlanView
from ciyou.core.access.actor import Actor
from ciyou.packs.pack_files import SHIPPED
from ciyou.packs.papers import paper_template

PAPER = "case_plan"


def print_case_plan(actor: Actor, *, plan: PlanView, words: Mapping[str, object]) -> bytes:
    """The plan that the actor reads as PDF, by the layout of the child's place. `words`: what stands in it.

    Raises RunError where a font lacks a character.
    """
    document = typeset_file(paper_template(PAPER, division=plan.division), words, root=SHIPPED)
    record_action(
        actor,
        action="print_plan",
        subject=str(plan.id),
        persons=[str(plan.child.id)],
        details={"stage": plan.stage},
        highest_class=plan.highest_class,
    )
    return document
