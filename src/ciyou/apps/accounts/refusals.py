"""The sentences by which the services of the accounts refuse."""

from __future__ import annotations

from ciyou.core.access.actor import Actor
from ciyou.core.access.roles import Action, may_do
from ciyou.core.errors import AccessDenied, Place, Problem, RecordError

SENTENCES: dict[str, tuple[str, str]] = {
    "role": (
        "您的岗位不能办理账号事务。请联系系统管理员。",
        "Your post does not look after accounts. Ask the system administrator.",
    ),
    "unknown_user": (
        "没有这个用户，或者不在您的辖区。请从人员列表中重新选择。",
        "There is no such user, or not in your area. Choose again from the list of people.",
    ),
    "unknown_post": (
        "没有这个岗位，或者它已经结束。请刷新后再试。",
        "There is no such post, or it has ended. Reload the page and try again.",
    ),
    "unknown_request": (
        "没有这个申请，或者不在您的辖区。请刷新后再试。",
        "There is no such request, or not in your area. Reload the page and try again.",
    ),
    "username": (
        "用户名由 2 到 64 个小写字母、数字、点、横线或下划线组成，以字母开头。请改正。",
        "A sign-in name has 2 to 64 small letters, digits, dots, hyphens or underscores and begins with a letter. Correct it.",
    ),
    "username_taken": (
        "这个用户名已经有人用。请换一个。",
        "This sign-in name is taken. Choose another.",
    ),
    "full_name": ("请填写姓名，不超过 64 个字。", "Give the name, at most 64 characters."),
    "phone": (
        "电话号码只能有数字、空格、加号和横线。请改正。",
        "A telephone number has digits, spaces, plus and hyphens only. Correct it.",
    ),
    "reason": (
        "请写明理由（至少五个字），批准的人要看。",
        "Give the reason (at least five characters): who approves reads it.",
    ),
    "unknown_role": ("没有这个角色。请从列表中选择。", "There is no such role. Choose one from the list."),
    "division": (
        "地方代码不对，或者不在您的辖区。请从列表中选择。",
        "The division code is wrong, or not in your area. Choose one from the list.",
    ),
    "level": (
        "这个角色不设在这一级地方。例如儿童主任设在村（居），儿童督导员设在乡镇（街道）。",
        "Posts of this role do not belong to a division of this level: child directors to villages, supervisors to townships.",
    ),
    "department": (
        "协作部门的岗位要写明是哪个部门。请选择部门。",
        "A partner's post names its department. Choose one.",
    ),
    "separated": (
        "三类管理员必须由不同的人担任，也不能兼任其他岗位。请另选一人。",
        "The three administrators are different people and hold no other post. Choose somebody else.",
    ),
    "held": ("这个人已经有这个岗位。", "This person holds this post already."),
    "asked": (
        "同样的申请正在等待批准。请等待，或请批准的人先处理。",
        "The same request is waiting already. Wait, or ask whoever approves to decide it first.",
    ),
    "own_affair": (
        "关于您自己的事，不能由您自己申请或批准。请由另一位管理员办理。",
        "You cannot ask or decide about yourself. Another administrator has to do it.",
    ),
    "same_person": (
        "申请人和批准人必须是两个人。请由另一位安全管理员批准。",
        "Who asks and who decides are two people. Another security administrator has to decide.",
    ),
    "decided": (
        "这个申请已经由别人处理。请刷新，查看结果。",
        "Somebody else has decided this request. Reload the page to see how.",
    ),
    "period": (
        "起止日期不对：结束要在开始之后，开始不能早于今天，最长 90 天。请改正。",
        "The period is wrong: it ends after it begins, does not begin before today, and lasts 90 days at most. Correct it.",
    ),
    "cover": (
        "这位同事不能代班：代班的人要在同一个县，现有岗位能看到的内容不少于被代的岗位；管理员岗位不能代班。请另选一人。",
        "This colleague cannot stand in: it takes a post in the same county that sees no less, and administrators have no cover. Choose somebody else.",
    ),
    "successor": (
        "这个岗位不能接手：接手的岗位要管这个地方，并且能办这些工作。请重新选择，或不选接手人。",
        "This post cannot take the work over: it has to be for this place and do such work. Choose another, or none.",
    ),
    "last_factor": (
        "这是您最后一个第二重验证方式，您的岗位必须保留一个。请先添加新的，再删除这一个。",
        "This is your last second factor, and your post needs one. Add another first, then remove this one.",
    ),
    "needs_factor": (
        "这个岗位要用第二重验证登录，PIN 不够。请退出后重新用密码登录。",
        "This post needs a second factor; a PIN is not enough. Sign out and sign in again with your password.",
    ),
    "no_device_needed": (
        "您的岗位用第二重验证登录，不需要设备代码。",
        "Your post signs in with a second factor; no device code is needed.",
    ),
    "begun": (
        "这个系统里已经有用户。请由现有的系统管理员在网页上添加。",
        "There are users in this installation already. Let its system administrator add others on the pages.",
    ),
    "active": ("这个用户已经是启用状态。", "This user is active already."),
    "inactive": ("这个用户已经停用。", "This user is deactivated already."),
}


def problem(code: str) -> Problem:
    """One of the sentences as a problem."""
    zh, en = SENTENCES[code]
    return Problem(Place(), f"accounts.{code}", zh, en)


def refuse(code: str) -> RecordError:
    """The error to raise for one of the sentences."""
    return RecordError(problem(code))


def check_may(actor: Actor, *actions: Action) -> None:
    """Raises AccessDenied unless the actor's role may do one of these."""
    if not any(may_do(actor.role, action) for action in actions):
        raise AccessDenied(problem("role"))
