"""The pages for what goes wrong: what happened, and what to do now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ciyou.core.errors import AccessDenied
from ciyou.web.context import short_language


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400"""
    return _error(request, 400, _("这个请求无法处理"), _("请返回上一页，检查填写的内容后再试。"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403"""
    told = exception.text(short_language()) if isinstance(exception, AccessDenied) else ""
    return _error(
        request, 403, _("不能查看这一页"), told or _("您的角色或用途不包括这些内容。如工作需要，请联系县级民政管理员。")
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403, because a form was open too long or came from elsewhere"""
    return _error(request, 403, _("这张表单已失效"), _("请返回上一页，刷新后重新提交；已上传的名册不受影响。"))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404"""
    return _error(request, 404, _("没有这一页"), _("地址可能写错了，或者这次筛查的结果已被删除。请从首页重新进入。"))


def broken(request: HttpRequest) -> HttpResponse:
    """500"""
    return _error(
        request,
        500,
        _("系统出了问题"),
        _("已保存的名册和结果不受影响。请稍后再试；若仍然不行，请把下面的时间告诉管理员。"),
    )


def _error(request: HttpRequest, status: int, title: str, advice: str) -> HttpResponse:
    return render(request, "web/pages/error.html", {"title": title, "advice": advice, "status": status}, status=status)
