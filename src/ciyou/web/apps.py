from django.apps import AppConfig


class WebConfig(AppConfig):
    """Templates, styles, scripts and words of the pages."""

    name = "ciyou.web"
    label = "web"
