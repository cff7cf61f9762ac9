"""What other rooms do with the registry: persons come on file, facts are recorded, files change hands or end."""

from ciyou.apps.registry.facts import CORRECTION_REASONS, correct_fact, record_facts
from ciyou.apps.registry.identifiers import record_identifier, reveal_identifier
from ciyou.apps.registry.incoming import IncomingPerson, IncomingRelation, NewStatement
from ciyou.apps.registry.kin import ensure_parent, relate_people
from ciyou.apps.registry.lifecycle import (
    KNOWN_FROM,
    move_person,
    on_division_changed,
    pass_eighteenth_birthdays,
    record_death,
)
from ciyou.apps.registry.match_keys import make_all_match_keys
from ciyou.apps.registry.merging import MERGE_REASONS, merge_people
from ciyou.apps.registry.named_access import end_named_access, grant_named_access
from ciyou.apps.registry.payees import record_payee, reveal_account
from ciyou.apps.registry.people import register_people
from ciyou.apps.registry.proofs import MAX_BYTES, check_evidence, store_evidence
from ciyou.apps.registry.protection import OPENING_REASONS, restrict_file, unrestrict_file
from ciyou.apps.registry.refusals import PersonNotFound
from ciyou.apps.registry.registration import APART_REASONS, NewChild, open_file, register_child
from ciyou.apps.registry.roster_facts import record_roster_facts
from ciyou.apps.registry.unmerging import UNMERGE_REASONS, confirm_unmerge, decline_unmerge, unmerge_people
from ciyou.apps.registry.workers import end_worker, name_worker

__all__ = [
    "APART_REASONS",
    "CORRECTION_REASONS",
    "KNOWN_FROM",
    "MAX_BYTES",
    "MERGE_REASONS",
    "OPENING_REASONS",
    "UNMERGE_REASONS",
    "IncomingPerson",
    "IncomingRelation",
    "NewChild",
    "NewStatement",
    "PersonNotFound",
    "check_evidence",
    "confirm_unmerge",
    "correct_fact",
    "decline_unmerge",
    "end_named_access",
    "end_worker",
    "ensure_parent",
    "grant_named_access",
    "make_all_match_keys",
    "merge_people",
    "move_person",
    "name_worker",
    "on_division_changed",
    "open_file",
    "pass_eighteenth_birthdays",
    "record_death",
    "record_facts",
    "record_identifier",
    "record_payee",
    "record_roster_facts",
    "register_child",
    "register_people",
    "relate_people",
    "restrict_file",
    "reveal_account",
    "reveal_identifier",
    "store_evidence",
    "unmerge_people",
    "unrestrict_file",
]
