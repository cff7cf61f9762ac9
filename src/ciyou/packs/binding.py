"""From written rules to a rule book: what is in force in one place on one date, overlaid, parsed and put in order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from ciyou.core.errors import Place, RuleError
from ciyou.core.rules.book import Rule, Source
from ciyou.core.rules.parser import parse_expression, rules_referred_to
from ciyou.core.rules.scope import Predicate, Scope
from ciyou.core.rules.tree import AmountRef, Kind, Literal, Named, Node, Or, RuleRef, walk
from ciyou.packs.located_yaml import Expression, Notes
from ciyou.packs.pack_files import Pack, PackSet
from ciyou.packs.rule_files import PredicateVersion, RuleFile, RuleVersion, in_force
from ciyou.packs.sources import standing_of, weakest


@dataclass(frozen=True)
class Effective:
    """A rule as it stands in one place on one date: the texts that make it up, from the nation to the narrowest overlay."""

    file: RuleFile
    conditions: tuple[Expression, ...]
    amount: Expression | None
    sources: tuple[Source, ...]
    overlay: str
    place: Place


def bind_rules(pack_set: PackSet, *, chain: tuple[Pack, ...], as_of: dt.date, notes: Notes) -> tuple[Rule, ...]:
    """Every rule in force, each after those it refers to; mistakes in the texts are noted, rules with mistakes left out."""
    effective = effective_rules(chain, as_of=as_of, notes=notes)
    meanings = predicates_in_force(chain, as_of=as_of)
    scope = Scope(
        vocabulary=pack_set.vocabulary,
        parameters=pack_set.table.kinds(),
        rules=codes_with_amount(chain),
        predicates={name: predicate for name, (predicate, _) in meanings.items()},
    )
    cited = {name: version.sources for name, (_, version) in meanings.items()}
    bound: dict[str, Rule] = {}
    for code, rule in effective.items():
        made = _bind(code, rule, scope=scope, cited=cited, in_force_codes=frozenset(effective), notes=notes)
        if made is not None:
            bound[code] = made
    return _in_order(bound, {code: rule.place for code, rule in effective.items()}, notes)


def codes_with_amount(chain: Iterable[Pack]) -> dict[str, bool]:
    """Every code that some version in the chain knows → whether it pays money."""
    found: dict[str, bool] = {}
    for pack in chain:
        for code, rule in pack.rules.items():
            pays = any(version.amount is not None for version in rule.versions)
            found[code] = found.get(code, False) or pays
    return found


def effective_rules(chain: Iterable[Pack], *, as_of: dt.date, notes: Notes) -> dict[str, Effective]:
    """The rules in force on a day after every overlay of the chain has had its say."""
    found: dict[str, Effective] = {}
    known: set[str] = set()
    for pack in chain:
        for code, rule in pack.rules.items():
            _check_change(rule, known, pack, notes)
            version = in_force(rule.versions, as_of)
            if version is not None:
                _apply(found, code, rule, version, pack)
        known.update(pack.rules)
    return found


def _check_change(rule: RuleFile, known: set[str], pack: Pack, notes: Notes) -> None:
    if (rule.change == "new") == (rule.code not in known):
        return
    if rule.change == "new":
        notes.add(
            rule.place,
            "change",
            f"“{rule.code}”已有规则；请用 change 写明 replace、widen、tier 或 off。",
            f"There is a rule “{rule.code}” already; say under `change` whether to replace, widen, tier or switch it off.",
        )
    else:
        notes.add(
            rule.place,
            "change",
            f"没有可供修改的规则“{rule.code}”；请检查文件夹名。",
            f"There is no rule “{rule.code}” to change; check the name of the folder.",
        )


def _apply(found: dict[str, Effective], code: str, rule: RuleFile, version: RuleVersion, pack: Pack) -> None:
    base = found.get(code)
    when = (version.when,) if version.when is not None else ()
    if rule.change == "off":
        found.pop(code, None)
    elif rule.change == "new" or base is None:
        if when:
            found[code] = Effective(rule, when, version.amount, version.sources, pack.code, version.place)
    else:
        found[code] = _changed(base, rule, version, pack)


def _changed(base: Effective, rule: RuleFile, version: RuleVersion, pack: Pack) -> Effective:
    when = (version.when,) if version.when is not None else ()
    if rule.change == "replace":
        return replace(
            base,
            conditions=when,
            amount=version.amount or base.amount,
            sources=version.sources,
            overlay=pack.code,
            place=version.place,
        )
    return replace(
        base,
        conditions=(*base.conditions, *when),
        amount=version.amount or base.amount,
        sources=(*base.sources, *version.sources),
        overlay=pack.code,
        place=version.place,
    )


def predicates_in_force(chain: Iterable[Pack], *, as_of: dt.date) -> dict[str, tuple[Predicate, PredicateVersion]]:
    """What each predicate means on a day; an overlay's meaning replaces the wider one's."""
    found = {}
    for pack in chain:
        for name, file in pack.predicates.items():
            version = in_force(file.versions, as_of)
            if version is not None:
                cites = tuple(source.id for source in version.sources)
                text, place = version.when.text, version.when.place
                found[name] = (Predicate(name, file.parameters, file.zh, file.en, text, cites, place), version)
    return found


def _bind(
    code: str,
    rule: Effective,
    *,
    scope: Scope,
    cited: Mapping[str, tuple[Source, ...]],
    in_force_codes: frozenset[str],
    notes: Notes,
) -> Rule | None:
    conditions = [_parse(text, scope, Kind.BOOL, notes) for text in rule.conditions]
    amount = None if rule.amount is None else _parse(rule.amount, scope, Kind.MONEY, notes)
    if any(node is None for node in conditions) or (rule.amount is not None and amount is None):
        return None
    parts = tuple(without_rules(node, in_force_codes) for node in conditions if node is not None)
    condition = parts[0] if len(parts) == 1 else Or(parts)
    amount = None if amount is None else without_rules(amount, in_force_codes)
    supporting = _sources_of_predicates((condition, amount), cited)
    return Rule(
        code=code,
        kind=rule.file.kind,
        zh=rule.file.zh,
        en=rule.file.en,
        measure=rule.file.measure,
        sensitivity=rule.file.sensitivity,
        standing=weakest(standing_of(source) for source in (*rule.sources, *supporting)),
        condition=condition,
        amount=amount,
        sources=tuple({source.id: source for source in (*rule.sources, *supporting)}.values()),
        cites=tuple(dict.fromkeys(source.id for source in rule.sources)),
        period=rule.file.period,
        payer=rule.file.payer,
        apply_zh=rule.file.apply_zh,
        apply_en=rule.file.apply_en,
        overlay=rule.overlay,
        needs=tuple(sorted(_needs(condition, amount))),
        makes_lead=rule.file.makes_lead,
    )


def _parse(text: Expression, scope: Scope, wants: Kind, notes: Notes) -> Node | None:
    try:
        return parse_expression(text.text, scope=scope, place=text.place, wants=wants)
    except RuleError as error:
        notes.extend(error.problems)
        return None


def _needs(condition: Node, amount: Node | None) -> frozenset[str]:
    return rules_referred_to(condition) | (rules_referred_to(amount) if amount is not None else frozenset())


def _sources_of_predicates(nodes: Iterable[Node | None], cited: Mapping[str, tuple[Source, ...]]) -> tuple[Source, ...]:
    names = (part.name for node in nodes if node is not None for part in walk(node) if isinstance(part, Named))
    return tuple(source for name in dict.fromkeys(names) for source in cited.get(name, ()))


def without_rules(node: Node, in_force_codes: frozenset[str]) -> Node:
    """The tree with every reference to a rule that is not in force here and now read as "no" (nothing due)."""
    if isinstance(node, RuleRef) and node.code not in in_force_codes:
        return Literal(False, Kind.BOOL)
    if isinstance(node, AmountRef) and node.code not in in_force_codes:
        return Literal(0, Kind.MONEY)
    if not any(isinstance(part, (RuleRef, AmountRef)) and part.code not in in_force_codes for part in walk(node)):
        return node
    return _rebuilt(node, in_force_codes)


def _rebuilt(node: Node, codes: frozenset[str]) -> Node:
    assert is_dataclass(node)
    changes: dict[str, Any] = {}
    for part in fields(node):
        value = getattr(node, part.name)
        if isinstance(value, Node):
            changes[part.name] = without_rules(value, codes)
        elif isinstance(value, tuple) and value and isinstance(value[0], Node):
            changes[part.name] = tuple(without_rules(item, codes) for item in value)
    return replace(node, **changes)


def _in_order(bound: Mapping[str, Rule], places: Mapping[str, Place], notes: Notes) -> tuple[Rule, ...]:
    """Each rule after those it needs; rules that need each other are noted."""
    ordered: dict[str, Rule] = {}
    waiting = dict(bound)
    while waiting:
        ready = (code for code, rule in waiting.items() if not any(need in waiting for need in rule.needs))
        code = next(ready, None)
        if code is None:
            _note_cycle(waiting, places, notes)
            break
        ordered[code] = waiting.pop(code)
    return tuple(ordered.values())


def _note_cycle(waiting: Mapping[str, Rule], places: Mapping[str, Place], notes: Notes) -> None:
    circle = _circle(waiting)
    shown = " → ".join([*circle, circle[0]])
    notes.add(
        places[circle[0]],
        "rule_cycle",
        f"规则互相引用成环：{shown}；请去掉其中一处引用。",
        f"Rules refer to each other in a circle: {shown}; remove one of the references.",
    )


def _circle(waiting: Mapping[str, Rule]) -> list[str]:
    path = [next(iter(waiting))]
    while True:
        following = next(need for need in waiting[path[-1]].needs if need in waiting)
        if following in path:
            return path[path.index(following) :]
        path.append(following)
