"""Why a row was set aside, or a single cell disregarded: what kind of value it was, never the value itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ValueKind(StrEnum):
    """What was wrong with a value, without saying the value."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    BAD_ID = "bad_id"
    ROUNDED_ID = "rounded_id"
    JUNK_ID = "junk_id"
    BAD_DATE = "bad_date"
    PARTIAL_DATE = "partial_date"
    AMBIGUOUS_DATE = "ambiguous_date"
    LUNAR_DATE = "lunar_date"
    BAD_NUMBER = "bad_number"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_CODE = "unknown_code"
    BAD_PHONE = "bad_phone"
    BAD_DIVISION = "bad_division"
    FORMULA = "formula"
    SPREADSHEET_ERROR = "spreadsheet_error"
    GUARDIANS_ID = "guardians_id"
    OTHER_ID_IN_CERTIFICATE = "other_id_in_certificate"
    PLACEHOLDER_NAME = "placeholder_name"
    NO_RECORD_NUMBER = "no_record_number"
    WRONG_COLUMNS = "wrong_columns"
    UNDECODABLE = "undecodable"
    DUPLICATE_RECORD_NUMBER = "duplicate_record_number"


class Reason(StrEnum):
    """Why a whole row cannot be used."""

    WRONG_COLUMNS = "wrong_columns"
    UNDECODABLE = "undecodable"
    DUPLICATE = "duplicate"
    NOBODY = "nobody"
    NOT_SAID = "not_said"


REASON_TEXTS: Mapping[Reason, tuple[str, str]] = {
    Reason.WRONG_COLUMNS: (
        "这一行的列数与表头不符；请检查多余或缺少的分隔符、引号和换行后重新报送。",
        "The row has more or fewer columns than the titles; check separators, quotes and line breaks, and send it again.",
    ),
    Reason.UNDECODABLE: (
        "这一行含有无法识别的字符编码；请将文件统一另存为 UTF-8 后重新报送。",
        "The row holds bytes that are not text in the file's encoding; save the whole file as UTF-8 and send it again.",
    ),
    Reason.DUPLICATE: (
        "记录编号重复，只采用第一次出现的一行；请核对并为每条记录使用唯一编号。",
        "The record number stands in an earlier row, which is the one used; give every record its own number.",
    ),
    Reason.NOBODY: (
        "既无姓名和有效证件号，也无监护人，无法知道是谁；请补充后重新报送。",
        "Neither a name, a valid ID number nor a guardian says who this is; complete the row and send it again.",
    ),
    Reason.NOT_SAID: (
        "缺少名册必须说明的内容或写法无法识别；请按名册样例填写后重新报送。",
        "What this roster exists to say is missing or in words it does not know; write it as in the roster's sample.",
    ),
}


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that is not used: where it stands and why. `row` counts from 1 as a spreadsheet does."""

    file: str
    row: int
    column: str
    kind: ValueKind
    reason: Reason
