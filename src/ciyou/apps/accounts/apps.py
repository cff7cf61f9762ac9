from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, posts, organizations, divisions, factors, devices and sessions."""

    name = "ciyou.apps.accounts"
    label = "accounts"
