"""Why disbursement refuses: each a full sentence that says what to do, without anything of a person."""

from __future__ import annotations

from ciyou.core.access.actor import Actor, Purpose
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError, RunError


class NotFoundHere(RunError):
    """There is no such thing for this actor: unknown, or not theirs to know of. Both read the same."""


class Overtaken(RunError):
    """Another worker computes this run: whoever comes second stops and loses nothing."""


def problem(code: str, zh: str, en: str) -> Problem:
    return Problem(Place(), f"disbursement.{code}", zh, en)


def refused(code: str, zh: str, en: str) -> RecordError:
    """A value or a step that is not possible."""
    return RecordError(problem(code, zh, en))


def not_found_here() -> NotFoundHere:
    return NotFoundHere(
        problem(
            "not_found",
            "没有这一项，或不在您的辖区之内。请从“每月发放”列表进入。",
            "There is no such entry, or it is outside your area. Start from the list of disbursements.",
        )
    )


def overtaken() -> Overtaken:
    return Overtaken(
        problem(
            "overtaken",
            "这一批正由另一个程序计算；请等它结束，不用重新开始。",
            "Another process is computing this month; wait for it to end, nothing needs to be started again.",
        )
    )


def somebody_was_first() -> RecordError:
    return refused(
        "moved_on",
        "这一批刚刚已由别人处理；请刷新查看最新状态。",
        "Somebody else has just dealt with this month; reload to see how it stands.",
    )


def check_may(actor: Actor, *actions: Action) -> None:
    """Raises AccessDenied unless the actor's role may do one of these."""
    if not any(may_do(actor.role, action) for action in actions):
        raise AccessDenied(
            Problem(
                Place(),
                "access.role",
                "您的岗位不办理这一步发放工作。请联系县级经办、复核或审批人员。",
                "Your post does not take this step of the disbursement. Ask the county's drafter, reviewer or approver.",
            )
        )


def check_purpose(actor: Actor) -> None:
    """Raises AccessDenied where the actor's post does not pay."""
    if Purpose.PAY not in actor.purposes:
        raise AccessDenied(
            Problem(
                Place(),
                "access.purpose",
                "您的岗位不能为发放资金取用个人资料。请联系县级经办人。",
                "Your post may not use personal data to pay. Ask the county's officers.",
            )
        )


def check_reason(reason: str) -> str:
    """The reason without spaces around it; raises RecordError when it is too short to be one."""
    kept = " ".join(reason.split())
    if len(kept) < 4:
        raise refused("reason_short", "请写明理由，至少 4 个字。", "Give the reason in at least 4 characters.")
    return kept[:400]


def no_recovery() -> RecordError:
    """Neither a plan nor a waiver was chosen, or the month is missing."""
    return refused("recovery", "请选择办法并填写月份。", "Choose what is done, and give the month.")


def no_wish() -> RecordError:
    """A month is not opened without saying which."""
    return refused("wish", "请选择项目、月份和截止日。", "Choose what is paid, the month and the cut-off day.")


def no_step() -> RecordError:
    """A form that names no step."""
    return refused("step", "请选择要办的一步。", "Choose the step to take.")


def post_not_held() -> RecordError:
    """Who asked for a hand-over holds the post no more when the worker comes to it."""
    return refused(
        "post_not_held",
        "申请送交的人已不在这个岗位，名册没有送交。请由现任经办或审批人重新送交。",
        "Whoever asked for it holds the post no more, so the roster was not handed over. The present drafter or approver asks again.",
    )


def no_file() -> RecordError:
    """A form without the file."""
    return refused("no_file", "请选择财政部门返回的结果文件。", "Choose the result file that finance sent.")


def file_too_large() -> RecordError:
    """A result file over the limit."""
    return refused(
        "file_too_large", "文件超过 64 MB；请分成几个文件导入。", "The file is larger than 64 MB; import it in parts."
    )


def none_chosen() -> RecordError:
    """A form without any payment ticked."""
    return refused("none_chosen", "请先勾选款项。", "Choose the payments first.")


def not_begun() -> RecordError:
    """The command line computes what a person has begun, and begins nothing."""
    return refused(
        "not_begun",
        "这个月没有正在计算的草稿。请由县级经办在“每月发放”页面起草；起草、复核、审批由三个不同的人办理，本命令只把已起草的接着算完。",
        "No draft of this month is being computed. The county's drafter begins it on the page “Disbursement”: three different people draft, review and approve, and this command only computes what was begun.",
    )
