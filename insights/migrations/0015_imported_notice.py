"""One notice of an import that sent in insights; going back takes those notices away."""

from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):

    # Each step by itself, so that nobody waits while the rows that are there are looked at.
    atomic = False

    dependencies = [
        ('casestudies', '0002_invitations'),
        ('insights', '0014_flags_first'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='notice',
            name='notice_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='notice',
            name='notice_of_an_insight_or_a_programme',
        ),
        migrations.AddField(
            model_name='import',
            name='shared',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='import',
            name='withheld',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name='notice',
            name='kind',
            field=models.CharField(choices=[('submitted', 'Sent in'), ('imported', 'Sent in from a spreadsheet'), ('published', 'Published'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn'), ('comment', 'A comment')], max_length=9),
        ),
        AddConstraintNotValid(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['submitted', 'imported', 'published', 'declined', 'withdrawn', 'comment'])), name='notice_kind_known', violation_error_message='Choose one of: submitted, imported, published, declined, withdrawn, comment.'),
        ),
        AddConstraintNotValid(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['submitted', 'imported']), ('insight__isnull', False), _connector='XOR'), name='notice_of_an_insight_or_a_programme'),
        ),
        ValidateConstraint(model_name='notice', name='notice_kind_known'),
        ValidateConstraint(model_name='notice', name='notice_of_an_insight_or_a_programme'),
        migrations.RunSQL(migrations.RunSQL.noop, "DELETE FROM insights_notice WHERE kind = 'imported'"),
    ]
