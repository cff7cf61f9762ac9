"""A line says of which run it is by its payment; claims are found by award and month.

The first plan of the second wall speaks of a line's run: it comes before, and the plan of these lines after.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disbursement", "0003_kept_sums"), ("oversight", "0005_wall_of_disbursement")]
    operations = [
        migrations.RemoveConstraint(model_name="paymentline", name="one_line_per_month_and_run"),
        migrations.RemoveField(model_name="paymentline", name="run"),
        migrations.AlterField(
            model_name="paymentline",
            name="payment",
            field=models.ForeignKey(
                db_index=False, on_delete=models.CASCADE, related_name="lines", to="disbursement.payment"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentline",
            constraint=models.UniqueConstraint(fields=("payment", "claim"), name="one_line_per_month_and_payment"),
        ),
        migrations.AlterField(
            model_name="paidmonth",
            name="award",
            field=models.ForeignKey(
                db_index=False, on_delete=models.PROTECT, related_name="paid_months", to="awards.award"
            ),
        ),
        migrations.AddIndex(
            model_name="paidmonth",
            index=models.Index(fields=["award", "month"], name="claims_of_award"),
        ),
    ]
