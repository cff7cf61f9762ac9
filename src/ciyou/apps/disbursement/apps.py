from django.apps import AppConfig


class DisbursementConfig(AppConfig):
    """The month's money: drafted, reviewed, approved, handed to finance, paid or failed, reissued, reconciled."""

    name = "ciyou.apps.disbursement"
    label = "disbursement"
