from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """What the national child-welfare system holds, compared with ours: only here, only there, differs, and what was done about it."""

    name = "ciyou.apps.exchange"
    label = "exchange"
