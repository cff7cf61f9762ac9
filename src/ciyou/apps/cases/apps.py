from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Leads, visits, inquiry letters and tasks: work with owners and clocks."""

    name = "ciyou.apps.cases"
    label = "cases"
