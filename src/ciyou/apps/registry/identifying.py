"""Values that identify or reach a person: their normal form, what is refused, and how they look masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ciyou.apps.registry.refusals import refused
from ciyou.core.linkage.identity import IdFlag, clean_id, clean_id_text
from ciyou.core.linkage.phones import clean_phone

KINDS = ("id_card", "student_no", "disability_cert", "birth_cert", "phone", "address")
_SHOWN = 4


def normal_identifier(kind: str, value: str) -> str:
    """The one form under which equal values are equal; raises RecordError for what cannot be one."""
    if kind not in KINDS:
        raise refused(
            "identifier_kind", "不支持这种证件号码；请另选。", "This kind of identifier is not known; choose another."
        )
    return _NORMAL[kind](value)


def is_blind(kind: str) -> bool:
    """Whether an equal value of another person is found by its blind index; addresses repeat and are not."""
    return kind != "address"


def mask_identifier(kind: str, value: str) -> str:
    """The value with its middle hidden: 4401**********1234. Of an address nothing but its first characters stays."""
    if kind == "address":
        return value[:6] + "*" * 6 if len(value) > 6 else "*" * 6
    if kind == "phone":
        return f"{value[:3]}****{value[-4:]}"
    hidden = len(value) - 2 * _SHOWN
    return value[:_SHOWN] + "*" * hidden + value[-_SHOWN:] if hidden > 0 else "*" * len(value)


def mask_name(name: str) -> str:
    """A name of which its first character stays, and its last where there are more than two: 欧**月."""
    if len(name) < 2:
        return "*" * len(name)
    return name[0] + "*" * (len(name) - 1) if len(name) == 2 else name[0] + "*" * (len(name) - 2) + name[-1]


def _id_card(value: str) -> str:
    reading = clean_id(value)
    if reading.flag is not IdFlag.VALID or reading.id18 is None:
        raise refused(*_WRONG_ID.get(reading.flag, _MALFORMED))
    return reading.id18


_MALFORMED = (
    "id_malformed",
    "身份证号码应为 18 位（或 15 位旧号）；请对照证件重新填写。",
    "An ID number has 18 characters (15 for an old one); check it against the card.",
)
_WRONG_ID: Mapping[IdFlag, tuple[str, str, str]] = MappingProxyType(
    {
        IdFlag.CHECKSUM: (
            "id_checksum",
            "身份证号码的校验位不对，有一位写错了；请对照证件重新填写。",
            "The check character of this ID number does not fit: a digit is wrong. Check it against the card.",
        ),
        IdFlag.DATE: (
            "id_date",
            "身份证号码里的出生日期不存在；请对照证件重新填写。",
            "There is no such date of birth as this ID number says; check it against the card.",
        ),
    }
)


def _certificate(value: str) -> str:
    return _filled(clean_id_text(value))


def _phone(value: str) -> str:
    found = clean_phone(value)
    if found is None:
        raise refused(
            "phone",
            "电话号码应为 11 位手机号，或带区号的固定电话；请重新填写。",
            "A telephone number is a mobile number of 11 digits or a landline with its area code; fill it in again.",
        )
    return found


def _address(value: str) -> str:
    return _filled(" ".join(value.split()))


def _filled(value: str) -> str:
    if not value:
        raise refused("identifier_empty", "请填写号码或地址。", "Fill in the number or the address.")
    return value


_NORMAL: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "id_card": _id_card,
        "student_no": _certificate,
        "disability_cert": _certificate,
        "birth_cert": _certificate,
        "phone": _phone,
        "address": _address,
    }
)
