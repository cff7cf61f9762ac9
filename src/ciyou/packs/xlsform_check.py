"""Whether the forms of a folder of packs are XLSForms, by the standard's own reader (pyxform)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile

from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from ciyou.core.errors import Place, Problem
from ciyou.packs.form_sheets import FORM
from ciyou.packs.pack_files import PackSet
from ciyou.packs.questionnaires import FOLDER
from ciyou.packs.visit_forms import FOLDER as VISIT_FORMS


def check_forms(pack_set: PackSet) -> Iterator[Problem]:
    """What pyxform says of each form that it refuses."""
    for pack in pack_set.packs:
        found = (path for folder in (FOLDER, VISIT_FORMS) for path in (pack.folder / folder).glob(f"*/{FORM}"))
        for path in sorted(found):
            told = _refusal(path)
            if told:
                place = Place(pack.named(path))
                yield Problem(
                    place,
                    "pack.form_not_xlsform",
                    f"这个表格不是合格的 XLSForm：{told}",
                    f"This workbook is no valid XLSForm: {told}",
                )


def _refusal(path: Path) -> str:
    try:
        convert(path)
    except BadZipFile:
        return ""  # whoever reads the words says that it is no workbook
    except PyXFormError as error:
        return " ".join(str(error).split())
    return ""
