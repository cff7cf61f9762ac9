"""Whose identity number stands in a record: the person's own, taken from a certificate, or a guardian's in a child's field."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ciyou.batch.rosters.reasons import ValueKind
from ciyou.core.linkage.identity import IdFlag, IdReading, is_guardians_id

ADULT_IN_A_CHILDRENS_ROSTER = 22
"""Full years from which nobody on a roster of children is the child itself: older than pupils of vocational schools are."""


@dataclass(frozen=True)
class IdentityRules:
    """What a roster lets one conclude: `may_be_child` where children stand in it, `only_children` where nobody else does."""

    may_be_child: bool
    only_children: bool
    as_of: dt.date | None


@dataclass
class Numbers:
    """Per record: the person's valid number, what its field was worth, its cleaned text, its date, and a guardian's number."""

    id_no: list[str | None] = field(default_factory=list)
    flag: list[str] = field(default_factory=list)
    text: list[str | None] = field(default_factory=list)
    birth_date: list[dt.date | None] = field(default_factory=list)
    guardian: list[str | None] = field(default_factory=list)
    warnings: Counter[tuple[str, str]] = field(default_factory=Counter)


def decide_numbers(
    own: Sequence[IdReading],
    certificates: Sequence[IdReading] | None,
    stated: Sequence[dt.date | None],
    rules: IdentityRules,
) -> Numbers:
    """Decide for every record; `certificates` are the numbers inside certificate numbers, None where the roster has none."""
    numbers = Numbers()
    adult_born = _latest_adult_birth(rules)
    for index, written in enumerate(own):
        certificate = None if certificates is None else certificates[index]
        reading, guardian = _with_certificate(written, certificate, rules, numbers.warnings)
        if reading.id18 is not None and rules.may_be_child and _is_older(reading, stated[index], adult_born):
            guardian = reading.id18
            reading = IdReading(IdFlag.GUARDIAN, None, None, None, None, reading.raw_kind)
            numbers.warnings["id_no", ValueKind.GUARDIANS_ID] += 1
        numbers.id_no.append(reading.id18)
        numbers.flag.append(reading.flag.value)
        numbers.text.append(reading.text or None)
        numbers.birth_date.append(reading.birth_date if reading.id18 is not None else None)
        numbers.guardian.append(guardian)
    return numbers


def _with_certificate(
    own: IdReading, certificate: IdReading | None, rules: IdentityRules, warnings: Counter[tuple[str, str]]
) -> tuple[IdReading, str | None]:
    """The number to go by, and the guardian's number if that stood in the field. Of two that differ the field's is taken."""
    if certificate is None or certificate.id18 is None:
        return own, None
    if own.id18 is None:
        return certificate, None
    if own.id18 == certificate.id18 or own.birth_date is None or certificate.birth_date is None:
        return own, None
    if rules.may_be_child and is_guardians_id(own.birth_date, certificate.birth_date):
        warnings["id_no", ValueKind.GUARDIANS_ID] += 1
        return certificate, own.id18
    warnings["cert_no", ValueKind.OTHER_ID_IN_CERTIFICATE] += 1
    return own, None


def _is_older(reading: IdReading, stated: dt.date | None, adult_born: dt.date | None) -> bool:
    if reading.birth_date is None:
        return False
    if adult_born is not None and reading.birth_date <= adult_born:
        return True
    return stated is not None and is_guardians_id(reading.birth_date, stated)


def _latest_adult_birth(rules: IdentityRules) -> dt.date | None:
    """Whoever was born on that day or before is an adult on a roster of children; None where the roster cannot tell."""
    if rules.as_of is None or not rules.only_children:
        return None
    return dt.date(rules.as_of.year - ADULT_IN_A_CHILDRENS_ROSTER, rules.as_of.month, min(rules.as_of.day, 28))
