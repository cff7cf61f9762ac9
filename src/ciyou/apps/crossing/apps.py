from django.apps import AppConfig


class CrossingConfig(AppConfig):
    """Applications that one place takes in and another decides on: sent, acknowledged, decided, the reply delivered and told."""

    name = "ciyou.apps.crossing"
    label = "crossing"
