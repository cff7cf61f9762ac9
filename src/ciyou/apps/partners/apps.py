from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """Providers and what they offer, and children who are referred to them and back."""

    name = "ciyou.apps.partners"
    label = "partners"
