"""Which news calls which service: the one place where a lower room's event reaches an upper room (delivered by the worker)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ciyou.apps.alerts import following as alerts
from ciyou.apps.awards import following as awards
from ciyou.apps.care import campaign_following, campaign_pupils
from ciyou.apps.cases import case_tasks, pair_tasks, round_following, unmerge_tasks, visit_following
from ciyou.apps.cases.determination_tasks import (
    on_determination_confirmed,
    on_determination_made,
    on_determination_returned,
)
from ciyou.apps.cases.following import on_child_died, on_child_of_age, on_people_merged, on_person_moved
from ciyou.apps.cases.leaving import on_post_ended
from ciyou.apps.cases.screened import load_screening
from ciyou.apps.crossing import following as crossing
from ciyou.apps.disbursement import merging as payees
from ciyou.apps.entitlements.services import on_facts_changed
from ciyou.apps.entitlements.tallies import on_protection_changed
from ciyou.apps.exchange import following as exchange
from ciyou.apps.partners import following as partners
from ciyou.apps.plans import following as plans
from ciyou.apps.registry.services import on_division_changed
from ciyou.apps.schooling import following as schooling
from ciyou.apps.training import guidance_following as guidance

__all__ = ("HANDLERS", "load_screening")

Handler = Callable[..., None]

HANDLERS: Mapping[str, tuple[Handler, ...]] = MappingProxyType(
    {
        "accounts.division_changed": (on_division_changed,),
        "accounts.post_ended": (on_post_ended,),
        "registry.facts_changed": (on_facts_changed, campaign_pupils.on_facts_changed),
        "registry.protection_changed": (
            on_protection_changed,
            visit_following.on_protection_changed,
            campaign_following.on_protection_changed,
            schooling.on_protection_changed,
            guidance.on_protection_changed,
            plans.on_protection_changed,
            alerts.on_protection_changed,
        ),
        "registry.workers_changed": (campaign_following.on_workers_changed, alerts.on_workers_changed),
        "registry.person_moved": (
            on_person_moved,
            round_following.on_person_moved,
            campaign_following.on_person_moved,
            visit_following.on_person_moved,
            awards.on_person_moved,
            crossing.on_person_moved,
            exchange.on_person_moved,
            partners.on_person_moved,
            schooling.on_person_moved,
            guidance.on_person_moved,
            plans.on_person_moved,
            alerts.on_person_moved,
        ),
        "registry.child_died": (
            on_child_died,
            round_following.on_child_died,
            campaign_following.on_child_died,
            visit_following.on_child_died,
            partners.on_child_died,
            schooling.on_child_died,
            guidance.on_child_died,
            plans.on_child_died,
            awards.on_child_died,
            alerts.on_child_died,
        ),
        "registry.child_of_age": (
            on_child_of_age,
            campaign_following.on_child_of_age,
            visit_following.on_child_of_age,
            schooling.on_child_of_age,
            guidance.on_child_of_age,
            awards.on_child_of_age,
            plans.on_child_of_age,
            alerts.on_child_of_age,
        ),
        "registry.people_merged": (
            on_people_merged,
            round_following.on_people_merged,
            campaign_following.on_people_merged,
            visit_following.on_people_merged,
            awards.on_people_merged,
            crossing.on_people_merged,
            payees.on_people_merged,
            partners.on_people_merged,
            schooling.on_people_merged,
            guidance.on_people_merged,
            plans.on_people_merged,
            alerts.on_people_merged,
        ),
        "registry.people_unmerged": (
            awards.on_people_unmerged,
            case_tasks.on_people_unmerged,
            partners.on_people_unmerged,
            schooling.on_people_unmerged,
            guidance.on_people_unmerged,
            plans.on_people_unmerged,
        ),
        "registry.unmerge_proposed": (unmerge_tasks.on_unmerge_proposed,),
        "registry.unmerge_settled": (unmerge_tasks.on_unmerge_settled,),
        "cases.run_loaded": (schooling.on_run_loaded, campaign_pupils.on_run_loaded),
        "rosters.pairs_moved": (pair_tasks.on_pairs_moved,),
        "entitlements.determination_made": (
            on_determination_made,
            case_tasks.on_determination_made,
            visit_following.on_determination_made,
            awards.on_determination_made,
            schooling.on_determination_made,
            plans.on_standing_changed,
            alerts.on_determination_made,
        ),
        "entitlements.determination_confirmed": (on_determination_confirmed,),
        "entitlements.determination_returned": (on_determination_returned,),
        "entitlements.case_drafted": (case_tasks.on_case_drafted,),
        "entitlements.case_settled": (case_tasks.on_case_settled,),
        "awards.application_stepped": (crossing.on_application_stepped,),
        "assessments.tier_confirmed": (plans.on_tier_confirmed, alerts.on_tier_confirmed),
        "care.questionnaire_recorded": (alerts.on_questionnaire_recorded,),
        # What was awarded changes a child's package; the room that pays derives by what it finds and needs none of it yet.
        "awards.application_refused": (plans.on_standing_changed,),
        "awards.award_made": (plans.on_standing_changed,),
        "awards.award_changed": (plans.on_standing_changed,),
    }
)
