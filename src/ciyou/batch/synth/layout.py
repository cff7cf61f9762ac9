"""The files of a delivery: which rosters there are, their columns, and how each department sends its file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

COMMON_COLUMNS = (
    "rec_id",
    "roster",
    "name",
    "sex",
    "id_no",
    "dob",
    "ethnicity",
    "addr",
    "div_code",
    "phone",
    "household_no",
    "cert_no",
    "g1_name",
    "g1_id",
    "g2_name",
    "g2_id",
)

TRUTH_RECORDS = "truth_records"
TRUTH_CHILDREN = "truth_children"
DIVISIONS = "divisions"

TRUTH_RECORD_COLUMNS = ("rec_id", "roster", "person_id", "kind", "family_id", "twin", "errors")
TRUTH_CHILD_COLUMNS = (
    "person_id",
    "family_id",
    "sex",
    "dob",
    "father_id",
    "mother_id",
    "father_state",
    "father_since",
    "father_term_months",
    "mother_state",
    "mother_since",
    "mother_term_months",
    "category",
    "disability_type",
    "disability_grade",
    "severe_illness",
    "poor_kind",
    "school_stage",
    "dropped_out",
    "insured",
    "hukou_division",
    "residence_division",
)


class FileFormat(StrEnum):
    """How the files are written. `mixed` is what departments do: CSV in two encodings, and spreadsheets."""

    MIXED = "mixed"
    CSV = "csv"
    PARQUET = "parquet"


class Medium(StrEnum):
    """The kind of one file."""

    CSV_UTF8 = "utf-8"
    CSV_GB18030 = "gb18030"
    XLSX = "xlsx"
    PARQUET = "parquet"

    @property
    def suffix(self) -> str:
        """The end of the file's name, with its dot."""
        return ".csv" if self in (Medium.CSV_UTF8, Medium.CSV_GB18030) else f".{self.value}"


@dataclass(frozen=True)
class RosterFile:
    """One department's roster: the file's name without suffix, its own columns after the common ones, its usual medium."""

    name: str
    own_columns: tuple[str, ...]
    medium: Medium

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, in the order of the file."""
        return COMMON_COLUMNS + self.own_columns


ROSTER_FILES = (
    RosterFile("hukou", ("relation_to_head", "residence_division", "away_since"), Medium.CSV_UTF8),
    RosterFile("school", ("school_name", "school_code", "stage", "grade_no", "boarding", "status"), Medium.XLSX),
    RosterFile("disability", ("disability_type", "grade", "issued_on"), Medium.CSV_GB18030),
    RosterFile("dibao", ("kind", "start_date", "monthly_amount_yuan", "household_size"), Medium.XLSX),
    RosterFile("medins", ("insured_year", "status"), Medium.CSV_UTF8),
    RosterFile("custody", ("custody_kind", "start_date", "term_months", "organ"), Medium.CSV_GB18030),
    RosterFile("deaths", ("death_date", "certificate_no"), Medium.CSV_UTF8),
    RosterFile("births", ("hospital", "birth_weight_g"), Medium.CSV_UTF8),
    RosterFile("court", ("ruling", "ruling_date", "case_no"), Medium.XLSX),
    RosterFile("illness", ("disease", "diagnosed_on"), Medium.CSV_UTF8),
    RosterFile("missing", ("kind", "accepted_on", "receipt_no"), Medium.CSV_GB18030),
)
ROSTERS = {roster.name: roster for roster in ROSTER_FILES}


def medium_of(roster: RosterFile, file_format: FileFormat) -> Medium:
    """The medium of a roster's file under the delivery's format."""
    if file_format is FileFormat.MIXED:
        return roster.medium
    return Medium.PARQUET if file_format is FileFormat.PARQUET else Medium.CSV_UTF8
