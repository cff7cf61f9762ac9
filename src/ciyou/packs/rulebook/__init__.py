"""The rule book: every rule with its texts in words, its sources, parameters, worked cases and how it is applied for and paid."""

from ciyou.packs.rulebook.front import BookIndex, count_by_measure, load_index
from ciyou.packs.rulebook.lists import (
    DatedChange,
    FactEntry,
    LimitEntry,
    ParameterEntry,
    PlaceEntry,
    SourceEntry,
    list_dates,
    list_facts,
    list_limits,
    list_parameters,
    list_places,
    list_sources,
)
from ciyou.packs.rulebook.pages import Readers, RulePage, load_readers, load_rule_page
from ciyou.packs.rulebook.places import place_words
from ciyou.packs.rulebook.texts import RuleText, text_here

__all__ = [
    "BookIndex",
    "DatedChange",
    "FactEntry",
    "LimitEntry",
    "ParameterEntry",
    "PlaceEntry",
    "Readers",
    "RulePage",
    "RuleText",
    "SourceEntry",
    "count_by_measure",
    "list_dates",
    "list_facts",
    "list_limits",
    "list_parameters",
    "list_places",
    "list_sources",
    "load_index",
    "load_readers",
    "load_rule_page",
    "place_words",
    "text_here",
]
