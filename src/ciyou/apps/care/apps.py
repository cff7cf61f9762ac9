from django.apps import AppConfig


class CareConfig(AppConfig):
    """Questionnaires that somebody asked with: answers, what they come to, and the look at the child that a flagged one asks for."""

    name = "ciyou.apps.care"
    label = "care"
