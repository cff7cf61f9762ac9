"""Words that the phone app's scripts say; the page hands them over, so that scripts hold no text of their own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SCRIPT_WORDS = {
    "unsent_none": _("全部已发送"),
    "unsent_some": _("{count} 件未发送"),
    "sending": _("正在发送…"),
    "sent_all": _("已发送 {count} 件。"),
    "sent_kept": _("已发送 {count} 件；其中 {kept} 件需要别人处理，县里或乡镇会看。"),
    "offline": _("现在没有网络。工作已加密保存在手机上，有网时再发送。"),
    "sign_in_again": _("登录已结束。请重新登录，再发送；未发送的工作仍在。"),
    "send_failed": _("有 {count} 件没有发出去，仍保存在手机上。请稍后再试。"),
    "wrong_pin": _("PIN 不对。还可以试 {left} 次，之后手机上的资料会被清除；未发送的工作不会丢。"),
    "wiped_pins": _("PIN 错了太多次，手机上的资料已清除；未发送的工作仍加密保存。请联网登录后重新设置。"),
    "wiped_order": _("这部手机的离线资料已按指令清除；未发送的工作仍加密保存。"),
    "wiped_old": _("离线资料已到期，已从手机上清除；未发送的工作仍加密保存。请联网登录后重新下载。"),
    "share_over": _("离线打开的时间已到。请联网登录一次，再用 PIN 打开。"),
    "pins_differ": _("两次输入的 PIN 不一样，请重新输入。"),
    "pin_form": _("PIN 是 6 位数字。"),
    "weak_pin": _("这个 PIN 太容易猜到，请换一个。"),
    "loading": _("正在下载资料…"),
    "loaded": _("已下载 {count} 个孩子的资料，{day} 前有效。"),
    "saved": _("已保存，未发送 {count} 件。"),
    "saved_without": _("已保存，未发送 {count} 件；有 {lost} 张照片或签名没有存下，请重新拍、重新签。"),
    "visited": _("今天已走访，等待发送"),
    "no_tasks": _("今天没有要办的事。"),
    "no_children": _("没有找到。"),
    "choose_reason": _("请选择原因。"),
    "no_store": _("这个浏览器不能离线保存。请用手机自带的浏览器打开。"),
    "ask_open": _("还有 {count} 题没有答"),
    "ask_all": _("都答了"),
    "ask_points": _("总分 {points} 分"),
    "ask_reached": _("有提示：建议进一步了解，和督导员商量专业评估"),
    "ask_below": _("没有达到提示线。这不等于孩子没事；放心不下就再看、再问。"),
    "ask_unknown": _("说不准：漏答太多，或者各种说法的提示线不一致。请补问，或者请专业人员评估。"),
    "ask_nothing": _("还没有保存：请先选择谁同意了，再至少答一题。"),
    "used": _("资料截至 {day}"),
}
