from django.apps import AppConfig


class AwardsConfig(AppConfig):
    """Applications and what is awarded on them, until it ends."""

    name = "ciyou.apps.awards"
    label = "awards"
