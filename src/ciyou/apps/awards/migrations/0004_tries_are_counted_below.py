"""Wrong tries are counted by the accounts, for every page without an account. What was counted is over in a quarter of an hour."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("awards", "0003_figures"), ("accounts", "0002_wrong_tries")]

    operations = [migrations.DeleteModel(name="FollowTry")]
