from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Persons, households, relationships, bitemporal facts, identifiers and evidence."""

    name = "ciyou.apps.registry"
    label = "registry"
