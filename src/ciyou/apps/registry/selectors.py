"""What other rooms read from the registry: files cut down to what the actor may see, for a purpose."""

from ciyou.apps.registry.comparing import ComparedFile, Comparison, compare_children
from ciyou.apps.registry.history import FactLine, TimelineEntry, facts_history, find_line, stale_facts, timeline_of
from ciyou.apps.registry.identifiers import MaskedIdentifier, masked_identifiers
from ciyou.apps.registry.merge_reading import Decided, MergeLine, Proposal, ReadMerge, Undoing, merges_of, read_merge
from ciyou.apps.registry.moves import MovedAway, moved_away
from ciyou.apps.registry.payees import EndedAccount, MaskedAccount, earlier_payees, payee_of
from ciyou.apps.registry.proofs import EvidenceCard, OpenedEvidence, list_evidence, open_evidence
from ciyou.apps.registry.protection import Ground, Protection, protection_of, read_protection
from ciyou.apps.registry.reading import (
    Family,
    Kin,
    PersonCard,
    cards_of,
    children_of_adults,
    countable_children,
    family_of,
    get_person,
    readable_files,
    sibling_groups,
    siblings_of,
    statements_of_child,
    statements_of_children,
)
from ciyou.apps.registry.refusals import PersonNotFound
from ciyou.apps.registry.registration import find_alike, find_candidates
from ciyou.apps.registry.relatives import Relatives, readable_statements, relatives_of
from ciyou.apps.registry.resembling import Resemblance, people_resembling
from ciyou.apps.registry.scoping import (
    files_of_linkage_ids,
    is_named,
    named_among,
    named_today,
    protected_ids,
    protected_linkage_ids,
    visible_people,
)
from ciyou.apps.registry.searching import SearchOutcome, search_people, search_register
from ciyou.apps.registry.since import SinceLine
from ciyou.apps.registry.told_files import Sought
from ciyou.apps.registry.workers import NamedWorker

__all__ = [
    "ComparedFile",
    "Comparison",
    "Decided",
    "EndedAccount",
    "EvidenceCard",
    "FactLine",
    "Family",
    "Ground",
    "Kin",
    "MaskedAccount",
    "MaskedIdentifier",
    "MergeLine",
    "MovedAway",
    "NamedWorker",
    "OpenedEvidence",
    "PersonCard",
    "PersonNotFound",
    "Proposal",
    "Protection",
    "ReadMerge",
    "Relatives",
    "Resemblance",
    "SearchOutcome",
    "SinceLine",
    "Sought",
    "TimelineEntry",
    "Undoing",
    "cards_of",
    "children_of_adults",
    "compare_children",
    "countable_children",
    "earlier_payees",
    "facts_history",
    "family_of",
    "files_of_linkage_ids",
    "find_alike",
    "find_candidates",
    "find_line",
    "get_person",
    "is_named",
    "list_evidence",
    "masked_identifiers",
    "merges_of",
    "moved_away",
    "named_among",
    "named_today",
    "open_evidence",
    "payee_of",
    "people_resembling",
    "protected_ids",
    "protected_linkage_ids",
    "protection_of",
    "read_merge",
    "read_protection",
    "readable_files",
    "readable_statements",
    "relatives_of",
    "search_people",
    "search_register",
    "sibling_groups",
    "siblings_of",
    "stale_facts",
    "statements_of_child",
    "statements_of_children",
    "timeline_of",
    "visible_people",
]
