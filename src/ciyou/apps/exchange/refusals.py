"""Why the exchange refuses: each a full sentence that says what to do, without anything of a person."""

from __future__ import annotations

from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError

LEAST_NOTE = 4


class NotFoundHere(RunError):
    """There is no such thing for this actor: unknown, or not theirs to know of. Both read the same."""


def problem(code: str, zh: str, en: str) -> Problem:
    return Problem(Place(), f"exchange.{code}", zh, en)


def refused(code: str, zh: str, en: str) -> RecordError:
    """A value or a step that is not possible."""
    return RecordError(problem(code, zh, en))


def not_found_here() -> NotFoundHere:
    return NotFoundHere(
        problem(
            "not_found",
            "没有这一项，或不在您的辖区之内。请从“与全国系统核对”进入。",
            "There is no such entry, or it is outside your area. Start from the comparison with the national system.",
        )
    )


def check_may(actor: Actor) -> None:
    """Raises AccessDenied unless the actor's role compares with the national system."""
    if not may_do(actor.role, Action.RECONCILE):
        raise AccessDenied(
            Problem(
                Place(),
                "access.role",
                "您的岗位不办理与全国系统的核对。请联系县级经办人。",
                "Your post does not compare with the national system. Ask the county's officers.",
            )
        )


def check_note(note: str) -> str:
    """The note without spaces around it; raises RecordError when it is too short to be a reason."""
    kept = " ".join(note.split())
    if len(kept) < LEAST_NOTE:
        raise refused(
            "note_short",
            f"这样处理要写明理由，至少 {LEAST_NOTE} 个字。",
            f"Settling it so needs a reason of at least {LEAST_NOTE} characters.",
        )
    return kept[:400]


def no_file() -> RecordError:
    """A form without the file."""
    return refused("no_file", "请选择从全国系统导出的文件。", "Choose the file that the national system exported.")


def file_too_large(megabytes: int) -> RecordError:
    """A file over the limit."""
    return refused(
        "file_too_large",
        f"文件超过 {megabytes} MB，一个县的名单不会这么大；请核对文件，或联系管理员。",
        f"The file is larger than {megabytes} MB, and no county's list is; check the file, or ask the administrator.",
    )


def not_a_table() -> RecordError:
    """Neither text nor a workbook."""
    return refused(
        "not_a_table",
        "文件不是表格；请上传从全国系统导出的 .xlsx 或 .csv 原件（旧版 .xls 请另存为 .xlsx）。",
        "This file is no table; upload the .xlsx or .csv as the system exported it (save an old .xls as .xlsx).",
    )


def no_titles(wanted: str) -> RecordError:
    """No row of titles was found."""
    return refused(
        "no_titles",
        f"没有找到表头：至少要有{wanted}。请核对是不是这份名单；列名不同的，请管理员在本地规则包的对照表中补上。",
        f"No row of titles was found; it needs at least {wanted}. Check that it is this list; where titles differ, have them added to the mapping in the place's pack.",
    )


def no_rows() -> RecordError:
    """Titles and nothing below."""
    return refused(
        "no_rows",
        "文件里只有表头，没有儿童；没有与它核对。请重新导出后上传。",
        "The file has titles and no child; nothing was compared with it. Export it again and upload that.",
    )


def no_mapping() -> RecordError:
    """The place has no mapping."""
    return refused(
        "no_mapping",
        "本地规则包没有全国系统的列对照表；请管理员在 exchange 文件夹中写一份。",
        "The place's pack has no mapping for the national system; have one written in its `exchange` folder.",
    )


def no_decision() -> RecordError:
    """A form without, or with a wrong, decision."""
    return refused("decision", "请选择这一项怎么处理。", "Choose what is done about it.")


def none_chosen() -> RecordError:
    """A form without any item ticked."""
    return refused("none_chosen", "请先勾选要处理的项。", "Choose what you settle first.")


def somebody_was_first() -> RecordError:
    """The item is not as it was shown."""
    return refused(
        "moved_on",
        "其中有的项刚刚已由别人处理，或已不存在；请看现在的情况再处理。",
        "Something here was just settled by somebody else, or is gone; look at it as it is now.",
    )


def nothing_to_compare_again() -> RecordError:
    """The file's content was destroyed."""
    return refused(
        "no_content",
        "还没有可以核对的文件；请上传从全国系统导出的最新文件。",
        "There is no file to compare with; upload the latest that the national system exported.",
    )
