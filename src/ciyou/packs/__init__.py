"""The law as data, and the loader that turns it into rule books: it checks everything and refuses what has no source."""

from ciyou.packs.facts_file import presumed_by_a_facts_file, read_facts
from ciyou.packs.loading import (
    department_name,
    load_departments,
    load_documents,
    load_packs,
    load_parameter_rows,
    load_rule_book,
    load_statistics,
    load_vocabulary,
    overlay_key,
    pack_version,
    parameters_for,
)
from ciyou.packs.rosters_loader import load_roster_packs

__all__ = [
    "department_name",
    "load_departments",
    "load_documents",
    "load_packs",
    "load_parameter_rows",
    "load_roster_packs",
    "load_rule_book",
    "load_statistics",
    "load_vocabulary",
    "overlay_key",
    "pack_version",
    "parameters_for",
    "presumed_by_a_facts_file",
    "read_facts",
]
