"""The law as data, and the loader that turns it into rule books: it checks everything and refuses what has no source."""

from ciyou.packs.alerts import load_alerts, load_contact_limits
from ciyou.packs.changes import book_place, dated_changes, law_place, next_dated_change
from ciyou.packs.clocks import load_clocks
from ciyou.packs.differences import difference_names, load_differences
from ciyou.packs.exchange_loader import load_exchange_mappings
from ciyou.packs.facts_file import presumed_by_a_facts_file, read_facts
from ciyou.packs.finance_layouts import load_finance_layouts
from ciyou.packs.follow_ups import load_follow_ups
from ciyou.packs.guidance import load_guidance
from ciyou.packs.identity_lists import load_identity_lists
from ciyou.packs.index_rules import index_findings, load_index_rules
from ciyou.packs.loading import (
    department_name,
    load_departments,
    load_documents,
    load_packs,
    load_parameter_rows,
    load_parameter_titles,
    load_rule_book,
    load_rule_titles,
    load_statistics,
    load_vocabulary,
    overlay_key,
    pack_version,
    parameters_for,
    suggested_value,
)
from ciyou.packs.payments import load_payments
from ciyou.packs.plans import load_plan_closures, load_plan_domains, load_plan_reviews
from ciyou.packs.proofs import load_demands
from ciyou.packs.questionnaires import load_questionnaires
from ciyou.packs.referrals import load_referrals
from ciyou.packs.report_forms import load_report_forms
from ciyou.packs.result_colors import load_result_colors
from ciyou.packs.retention import load_limits, load_retention_rules
from ciyou.packs.risk import load_risk
from ciyou.packs.rosters_loader import load_roster_packs
from ciyou.packs.rounds import load_rounds, load_warnings
from ciyou.packs.schedules import load_schedules
from ciyou.packs.schooling import load_schooling
from ciyou.packs.supposing import read_suppositions
from ciyou.packs.training import load_training
from ciyou.packs.visit_forms import load_visit_forms
from ciyou.packs.visit_intervals import load_visit_intervals
from ciyou.packs.visit_pieces import load_visit_pieces

__all__ = [
    "book_place",
    "dated_changes",
    "department_name",
    "difference_names",
    "index_findings",
    "law_place",
    "load_alerts",
    "load_clocks",
    "load_contact_limits",
    "load_demands",
    "load_departments",
    "load_differences",
    "load_documents",
    "load_exchange_mappings",
    "load_finance_layouts",
    "load_follow_ups",
    "load_guidance",
    "load_identity_lists",
    "load_index_rules",
    "load_limits",
    "load_packs",
    "load_parameter_rows",
    "load_parameter_titles",
    "load_payments",
    "load_plan_closures",
    "load_plan_domains",
    "load_plan_reviews",
    "load_questionnaires",
    "load_referrals",
    "load_report_forms",
    "load_result_colors",
    "load_retention_rules",
    "load_risk",
    "load_roster_packs",
    "load_rounds",
    "load_rule_book",
    "load_rule_titles",
    "load_schedules",
    "load_schooling",
    "load_statistics",
    "load_training",
    "load_visit_forms",
    "load_visit_intervals",
    "load_visit_pieces",
    "load_vocabulary",
    "load_warnings",
    "next_dated_change",
    "overlay_key",
    "pack_version",
    "parameters_for",
    "presumed_by_a_facts_file",
    "read_facts",
    "read_suppositions",
    "suggested_value",
]
