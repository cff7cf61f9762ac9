from django.apps import AppConfig


class FieldworkConfig(AppConfig):
    """Work on phones without a network: phones, what they hand in, and what a person has to settle of it."""

    name = "ciyou.apps.fieldwork"
    label = "fieldwork"
