from django.apps import AppConfig


class MessagesConfig(AppConfig):
    """Messages outside the system, by e-mail and SMS: how much work waits and since when, and never about whom."""

    name = "ciyou.apps.messages"
    label = "messages"
