from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """What raises an alert: silence, a threshold reached, a change. The alerts themselves are tasks of the room of cases."""

    name = "ciyou.apps.alerts"
    label = "alerts"
