"""The registry of all addresses. A page that does not stand here does not exist."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import URLPattern, path
from django.views.i18n import set_language

from ciyou.web import field
from ciyou.web.guard import Access, Route, guarded
from ciyou.web.pages import (
    account,
    applications,
    audit,
    cases,
    changing,
    child,
    conferences,
    crossings,
    determinations,
    emergencies,
    evidence,
    exchange,
    exports,
    health,
    history,
    home,
    identifiers,
    identity_lists,
    lab,
    leads,
    ledger,
    ledger_selection,
    letters,
    oversight,
    pairs,
    payments,
    people,
    plans,
    printing,
    providers,
    questionnaires,
    referrals,
    register,
    risk,
    rosters,
    rounds,
    rulebook,
    screenings,
    search,
    self_check,
    settings_page,
    sign_in,
    styleguide,
    triage,
    visits,
)

ROUTES: tuple[Route, ...] = (
    *home.ROUTES,
    *rosters.ROUTES,
    *screenings.ROUTES,
    *pairs.ROUTES,
    *rulebook.ROUTES,
    *leads.ROUTES,
    *child.ROUTES,
    *changing.ROUTES,
    *determinations.ROUTES,
    *triage.ROUTES,
    *visits.ROUTES,
    *questionnaires.ROUTES,
    *risk.ROUTES,
    *plans.ROUTES,
    *conferences.ROUTES,
    *field.ROUTES,
    *rounds.ROUTES,
    *cases.ROUTES,
    *letters.ROUTES,
    *identity_lists.ROUTES,
    *applications.ROUTES,
    *referrals.ROUTES,
    *providers.ROUTES,
    *crossings.ROUTES,
    *emergencies.ROUTES,
    *search.ROUTES,
    *self_check.ROUTES,
    *register.ROUTES,
    *history.ROUTES,
    *evidence.ROUTES,
    *identifiers.ROUTES,
    *sign_in.ROUTES,
    *account.ROUTES,
    *payments.ROUTES,
    *people.ROUTES,
    *exchange.ROUTES,
    *exports.ROUTES,
    *ledger.ROUTES,
    *ledger_selection.ROUTES,
    *oversight.ROUTES,
    *lab.ROUTES,
    *printing.ROUTES,
    *audit.ROUTES,
    *settings_page.ROUTES,
    *styleguide.ROUTES,
    Route("language/", set_language, "set_language", Access.OPEN, ("POST",)),
    *health.ROUTES,
)
"""Each page module says its own addresses in its ROUTES; here they come together."""


def urlpatterns_of(routes: Iterable[Route]) -> list[URLPattern]:
    """The routes as Django wants them, each behind its guard."""
    return [path(route.path, guarded(route), name=route.name) for route in routes]
