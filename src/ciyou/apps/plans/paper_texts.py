"""What is printed on a case plan, in Chinese whoever prints it: the paper is for the household and the file."""

from __future__ import annotations

import datetime as dt

TITLE, ANOTHER, OTHER_NEEDS = "个案计划", "计划", "其他待遇"
GOAL_HEADS = ("目标和要做的事", "谁负责", "最迟哪天", "进展")
NEED_HEADS = ("需要的待遇和服务", "现在怎样", "依据")
NOTHING = "还没有目标，也没有记录的需要。"
NAME, SEX, BORN, PLACE, STAGE = "姓名", "性别", "出生日期", "所在地方", "走到哪一步"
LOOKED_ON, REVIEW_ON = "最近一次审定或检查", "下次检查"
NO_NAME, NOT_RECORDED, NOT_YET, LATE = "不详", "未登记", "还没有", "已过期限"


def day_words(day: dt.date) -> str:
    """A day as papers write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def file_words(number: object) -> str:
    """Which file the paper is of."""
    return f"档案号 {number}"


def foot(on: dt.date) -> str:
    """What stands below the paper."""
    return f"{day_words(on)}打印。含个人信息，请妥善保管，用后销毁。"


def before(day: dt.date) -> str:
    """By when something is to be done."""
    return f"{day_words(day)}前"


def ended(how: str) -> str:
    """How a goal ended, behind its state."""
    return f"：{how}" if how else ""


def because(why: str) -> str:
    """Why a need is as it is, behind its state."""
    return f"（{why}）" if why else ""
