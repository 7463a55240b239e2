"""How much a person's word on a text would teach, beside when it was tagged, and what the queue is read from."""

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("insights", "0007_themes")]

    operations = [
        migrations.AddField(model_name="tagging", name="doubt", field=models.FloatField(null=True)),
        AddConstraintNotValid(
            model_name="tagging",
            constraint=models.CheckConstraint(
                condition=models.Q(("doubt__isnull", True), models.Q(("doubt__gte", 0), ("doubt__lte", 1)), _connector="OR"),
                name="tagging_doubt_between_0_and_1",
            ),
        ),
        ValidateConstraint(model_name="tagging", name="tagging_doubt_between_0_and_1"),
        AddIndexConcurrently(
            model_name="tagging",
            index=models.Index(
                models.F("codebook"),
                models.OrderBy(models.F("doubt"), descending=True, nulls_last=True),
                models.OrderBy(models.F("insight"), descending=True),
                name="tagging_by_doubt",
            ),
        ),
        AddIndexConcurrently(
            model_name="review",
            index=models.Index(
                condition=models.Q(("undone_at__isnull", True)), fields=["codebook", "digest"], name="review_of_words"
            ),
        ),
    ]
