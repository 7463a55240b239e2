"""Imports: files on their way in, their rows, what they said last; and the index that knows words again."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid_utils.compat
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The index of what is there already is made while people go on writing.
    atomic = False

    dependencies = [
        ('casestudies', '0001_initial'),
        ('insights', '0009_reports'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('size', models.PositiveBigIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('columns', 'Waiting for its columns to be named'), ('checking', 'Being checked'), ('checked', 'Checked; nothing is written yet'), ('writing', 'Being written'), ('done', 'Done'), ('cancelled', 'Cancelled'), ('failed', 'Could not be read')], default='columns', max_length=9)),
                ('layout', models.JSONField(default=dict)),
                ('headings', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('examples', models.JSONField(default=list)),
                ('mapping', models.JSONField(default=dict)),
                ('defaults', models.JSONField(default=dict)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('published', 'Published'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], default='draft', max_length=9)),
                ('apply', models.BooleanField(default=False)),
                ('done', models.PositiveIntegerField(default=0)),
                ('of', models.PositiveIntegerField(default=0)),
                ('new', models.PositiveIntegerField(default=0)),
                ('same', models.PositiveIntegerField(default=0)),
                ('changed', models.PositiveIntegerField(default=0)),
                ('error', models.PositiveIntegerField(default=0)),
                ('written', models.PositiveIntegerField(default=0)),
                ('cursor', models.PositiveIntegerField(default=0)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('failure', models.TextField(blank=True, default='')),
                ('created', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ended', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ImportColumns',
            fields=[
                ('programme', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casestudies.programme')),
                ('columns', models.JSONField(default=dict)),
                ('defaults', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name_plural': 'import columns',
            },
        ),
        migrations.CreateModel(
            name='Imported',
            fields=[
                ('insight', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='imported', serialize=False, to='insights.insight')),
                ('words', models.CharField(max_length=32)),
                ('fields', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name_plural': 'imported',
            },
        ),
        migrations.CreateModel(
            name='ImportPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('cells', models.JSONField(default=list)),
                ('fate', models.CharField(choices=[('new', 'New'), ('same', 'Same'), ('changed', 'Changed'), ('error', 'In error')], max_length=7)),
                ('faults', models.JSONField(default=list)),
                ('note', models.CharField(blank=True, default='', max_length=200)),
                ('external_id', models.CharField(max_length=120, null=True)),
                ('words', models.CharField(max_length=32, null=True)),
            ],
        ),
        migrations.AddField(
            model_name='import',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='import',
            name='programme',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='casestudies.programme'),
        ),
        migrations.AddField(
            model_name='imported',
            name='programme',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casestudies.programme'),
        ),
        migrations.AddField(
            model_name='importpart',
            name='of',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='insights.import'),
        ),
        migrations.AddField(
            model_name='importrow',
            name='of',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='insights.import'),
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(fields=['programme', '-id'], name='import_of_programme'),
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(condition=models.Q(('state__in', ('checking', 'writing'))), fields=['id'], name='import_due'),
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['columns', 'checking', 'checked', 'writing', 'done', 'cancelled', 'failed'])), name='import_state_known', violation_error_message='Choose one of: columns, checking, checked, writing, done, cancelled, failed.'),
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'submitted'])), name='import_as_draft_or_submitted', violation_error_message='What is imported is a draft or submitted.'),
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended__isnull', False), ('state__in', ('done', 'cancelled', 'failed'))), models.Q(models.Q(('state__in', ('done', 'cancelled', 'failed')), _negated=True), ('ended__isnull', True)), _connector='OR'), name='import_ended_at_a_time'),
        ),
        migrations.AddIndex(
            model_name='imported',
            index=models.Index(fields=['programme', 'words'], name='imported_words'),
        ),
        migrations.AddConstraint(
            model_name='importpart',
            constraint=models.UniqueConstraint(fields=('of', 'position'), name='import_part_once'),
        ),
        migrations.AddIndex(
            model_name='importrow',
            index=models.Index(fields=['of', 'fate', 'number'], name='import_row_by_fate'),
        ),
        migrations.AddIndex(
            model_name='importrow',
            index=models.Index(condition=models.Q(('external_id__isnull', False)), fields=['of', 'external_id'], name='import_row_by_id'),
        ),
        migrations.AddIndex(
            model_name='importrow',
            index=models.Index(condition=models.Q(('words__isnull', False)), fields=['of', 'words'], name='import_row_by_words'),
        ),
        migrations.AddConstraint(
            model_name='importrow',
            constraint=models.UniqueConstraint(fields=('of', 'number'), name='import_row_once'),
        ),
        migrations.AddConstraint(
            model_name='importrow',
            constraint=models.CheckConstraint(condition=models.Q(('fate__in', ['new', 'same', 'changed', 'error'])), name='import_row_fate_known', violation_error_message='Choose one of: new, same, changed, error.'),
        ),
        AddIndexConcurrently(
            model_name='insight',
            index=models.Index(fields=['programme', 'digest'], name='insight_by_words'),
        ),
    ]
