"""What a trial's tables call things: the names that the packs give, before and after."""

from __future__ import annotations

from collections.abc import Mapping

from ciyou.batch.lab.tables import Names
from ciyou.packs import load_index_rules, load_packs, load_rule_titles, load_vocabulary


def names_of(lang: str, places: Mapping[str, str]) -> Names:
    """Names in a language; `places` by 12-digit division."""
    english = lang == "en"
    definitions = load_packs().table.definitions
    titles = load_rule_titles()
    pays = {
        code for pack in load_packs().packs for code, rule in pack.rules.items() for one in rule.versions if one.amount
    }
    return Names(
        lang=lang,
        places=places,
        rules={code: (rule.name(lang), rule.period if code in pays else "") for code, rule in titles.items()},
        parameters={key: one.en if english else one.zh for key, one in definitions.items()},
        formulas={rule.code: rule.name(lang) for rule in load_index_rules()},
        vocabulary=load_vocabulary(),
    )
