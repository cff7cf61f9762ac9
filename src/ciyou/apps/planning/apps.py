from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """What another standard, threshold, definition or overlay would do: trials, and what they found."""

    name = "ciyou.apps.planning"
    label = "planning"
