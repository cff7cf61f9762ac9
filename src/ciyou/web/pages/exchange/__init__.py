"""与全国系统核对: a file of the national system comes in, what differs is settled, a list in its layout leaves encrypted."""

from __future__ import annotations

from ciyou.core.access.actor import Purpose
from ciyou.core.access.roles import Action
from ciyou.web.guard import Access, Route
from ciyou.web.pages.exchange import exporting, items, overview

_GET, _POST = ("GET", "HEAD"), ("POST",)
_S, _P, _R, _E, _V = Access.STAFF, Access.PERSONAL, Action.RECONCILE, Action.EXPORT, Purpose.VERIFY

ROUTES = (
    Route("exchange/", overview.show_exchange, "exchange", _S, _GET, _R),
    Route("exchange/progress/", overview.progress, "exchange_progress", _S, _GET, _R),
    Route("exchange/import/", overview.receive, "receive_exchange_file", _S, _POST, _R),
    Route("exchange/again/", overview.again, "compare_exchange_again", _S, _POST, _R),
    Route("exchange/items/", items.show_items, "exchange_items", _P, _GET, _R, _V),
    Route("exchange/items/settle/", items.settle, "settle_exchange_items", _P, _POST, _R, _V),
    Route("exchange/items/<uuid:exchange_item_id>/reopen/", items.reopen, "reopen_exchange_item", _P, _POST, _R, _V),
    Route("exchange/export/", exporting.begin, "national_export", _S, _GET, _E),
    Route("exchange/export/make/", exporting.make, "make_national_export", _S, _POST, _E),
    Route("exchange/export/<uuid:national_export_id>/", exporting.progress, "national_export_progress", _S, _GET, _E),
)
