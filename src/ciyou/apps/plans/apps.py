from django.apps import AppConfig


class PlansConfig(AppConfig):
    """The case of a child: what is weak, what is planned about it, by whom and until when, and how it ends."""

    name = "ciyou.apps.plans"
    label = "plans"
