from django.apps import AppConfig


class RostersConfig(AppConfig):
    """Deliveries of rosters, their screening, and what came out."""

    name = "ciyou.apps.rosters"
    label = "rosters"
