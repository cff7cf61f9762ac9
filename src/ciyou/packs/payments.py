"""How entitlements are applied for and paid: `payment.yaml` beside a rule, or alone in a place's pack, the narrowest place's word first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ciyou.core.errors import PackError
from ciyou.core.rules.book import RuleKind
from ciyou.packs.clocks import load_clocks
from ciyou.packs.loading import load_packs, overlay_key
from ciyou.packs.located_yaml import Notes, Section, nearest, read_yaml
from ciyou.packs.pack_files import PAYMENT, SHIPPED, Pack
from ciyou.packs.payment_files import Known, read_payment
from ciyou.packs.payment_values import PaymentRule

FOLDER = "entitlements"


def load_payments(*, division: str, root: Path = SHIPPED) -> Mapping[str, PaymentRule]:
    """How each entitlement is paid in a division (2 to 12 digits), by code; raises PackError with all mistakes at once."""
    chain = overlay_key(division, root=root)
    return _payments_of(chain, root)


@lru_cache(maxsize=64)
def _payments_of(chain: tuple[str, ...], root: Path) -> Mapping[str, PaymentRule]:
    pack_set, notes = load_packs(root), Notes()
    packs = [pack for pack in pack_set.packs if pack.code in chain]
    narrowest = packs[-1].division
    known = Known(
        pack_set.documents,
        pack_set.vocabulary,
        load_clocks(division=narrowest or "00", root=root),
        pack_set.departments,
        pack_set.table.definitions,
    )
    found: dict[str, dict[str, Any]] = {}
    for pack in packs:
        _read_pack(pack, known, notes, found, _entitlements(packs))
    if notes.found:
        raise PackError(notes.sorted())
    return MappingProxyType({code: PaymentRule(code=code, **parts) for code, parts in found.items()})


def _read_pack(
    pack: Pack, known: Known, notes: Notes, found: dict[str, dict[str, Any]], entitlements: frozenset[str]
) -> None:
    """Lay what a pack says over what the wider places said."""
    for path in sorted((pack.folder / FOLDER).glob(f"*/{PAYMENT}")):
        code = path.parent.name
        section = read_yaml(path, file=f"{pack.name}/{FOLDER}/{code}/{PAYMENT}", notes=notes)
        if section is None:
            continue
        if code not in entitlements:
            _note_unknown(section, code, entitlements)
            continue
        found[code] = read_payment(section, code, known, before=found.get(code, {}))


def _entitlements(packs: list[Pack]) -> frozenset[str]:
    rules = (rule for pack in packs for rule in pack.rules.values())
    return frozenset(rule.code for rule in rules if rule.kind is RuleKind.ENTITLEMENT)


def _note_unknown(section: Section, code: str, known: frozenset[str]) -> None:
    hint_zh, hint_en = nearest(code, known)
    section.notes.add(
        section.place,
        "unknown_entitlement",
        f"没有待遇“{code}”，它的 payment.yaml 无从说起；请改文件夹名，或先写 rule.yaml。{hint_zh}",
        f"There is no entitlement “{code}” for this payment.yaml; rename its folder or write its rule.yaml first. {hint_en}".strip(),
    )
