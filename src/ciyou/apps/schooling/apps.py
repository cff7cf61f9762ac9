from django.apps import AppConfig


class SchoolingConfig(AppConfig):
    """Providers and what they offer, and children who are referred to them and back."""

    name = "ciyou.apps.schooling"
    label = "schooling"
