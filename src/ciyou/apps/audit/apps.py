from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Who looked at whom."""

    name = "ciyou.apps.audit"
    label = "audit"
