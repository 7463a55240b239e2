"""A row for each thing that screening found, whether an insight holds an open one, and no publishing while it does."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('insights', '0011_answered'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Flag',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('field', models.CharField(choices=[('title', 'Title'), ('text', 'Text'), ('section', 'Section'), ('locator', 'Where it stands in the source'), ('source.role', 'Role of who said it'), ('source.place', 'Place where it was said')], max_length=12)),
                ('kind', models.CharField(choices=[('email', 'E-mail address'), ('hospital-number', 'Hospital number'), ('nhs-number', 'NHS number'), ('date-of-birth', 'Date of birth'), ('phone', 'Phone number'), ('postcode', 'Postcode'), ('address', 'Address'), ('name', 'Name')], max_length=15)),
                ('start', models.PositiveIntegerField()),
                ('end', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=32)),
                ('state', models.CharField(choices=[('open', 'Open'), ('redacted', 'Redacted'), ('not-identifying', 'Not identifying')], default='open', max_length=15)),
                ('settled_at', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, default='', max_length=300)),
                ('created', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'ordering': ['insight', 'field', 'source', 'start'],
            },
        ),
        migrations.CreateModel(
            name='FlagEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, serialize=False)),
                ('field', models.CharField(choices=[('title', 'Title'), ('text', 'Text'), ('section', 'Section'), ('locator', 'Where it stands in the source'), ('source.role', 'Role of who said it'), ('source.place', 'Place where it was said')], max_length=12)),
                ('kind', models.CharField(choices=[('email', 'E-mail address'), ('hospital-number', 'Hospital number'), ('nhs-number', 'NHS number'), ('date-of-birth', 'Date of birth'), ('phone', 'Phone number'), ('postcode', 'Postcode'), ('address', 'Address'), ('name', 'Name')], max_length=15)),
                ('start', models.PositiveIntegerField()),
                ('end', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=32)),
                ('state', models.CharField(choices=[('open', 'Open'), ('redacted', 'Redacted'), ('not-identifying', 'Not identifying')], default='open', max_length=15)),
                ('settled_at', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, default='', max_length=300)),
                ('created', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='insight',
            name='insight_modified',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='insight',
            name='insight_came',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='insight',
            name='insight_changed',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='source',
            name='source_came',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='source',
            name='source_changed',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='source',
            name='source_went',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='tag',
            name='tag_came',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='tag',
            name='tag_changed',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='tag',
            name='tag_went',
        ),
        migrations.AddField(
            model_name='insight',
            name='flagged',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='insight',
            trigger=pgtrigger.compiler.Trigger(name='insight_modified', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.words_withheld <> OLD.words_withheld THEN\n                NEW.words_withheld = EXISTS (\n                    SELECT 1 FROM insights_source WHERE insight_id = NEW.id AND consent = 'withheld'\n                );\n            END IF;\n            IF NEW.flagged <> OLD.flagged THEN\n                NEW.flagged = EXISTS (SELECT 1 FROM insights_flag WHERE insight_id = NEW.id AND state = 'open');\n            END IF;\n            IF to_jsonb(NEW) - '{modified,words_withheld,flagged,search,digest}'::text[]\n                IS DISTINCT FROM to_jsonb(OLD) - '{modified,words_withheld,flagged,search,digest}'::text[] THEN\n                NEW.modified = clock_timestamp();\n            END IF;\n            RETURN NEW;\n        ", hash='5045949505ec7b9a0f28f8b9a8043876e9ce1cad', operation='UPDATE', pgid='pgtrigger_insight_modified_2aacf', table='insights_insight', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='insight',
            trigger=pgtrigger.compiler.Trigger(name='insight_published_without_open_flags', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."status" = \'published\' AND NOT (OLD."status" = \'published\'))', func="\n            IF EXISTS (SELECT 1 FROM insights_flag WHERE insight_id = NEW.id AND state = 'open') THEN\n                RAISE EXCEPTION 'It may tell who somebody is: redact it, or say that it is not identifying.'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'insight_published_without_open_flags';\n            END IF;\n            RETURN NEW;\n        ", hash='47c8bb461f73a4fa70ecf495c019ca7e8ee8e76f', operation='UPDATE OF "status"', pgid='pgtrigger_insight_published_without_open_flags_061ae', table='insights_insight', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='insight',
            trigger=pgtrigger.compiler.Trigger(name='insight_came', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            INSERT INTO insights_tagging (insight_id, codebook_id, due)\n            SELECT n.id, b.id, true FROM now_is n CROSS JOIN lhs_codebook b;\n        \n        INSERT INTO insights_tally (programme_id, case_study_id, status, facet, value, n)\n        SELECT r.programme_id, r.case_study_id, r.status, f.facet, f.value, sum(r.sign)\n        FROM (SELECT 1 AS sign, n.* FROM now_is n) r CROSS JOIN LATERAL (\n    SELECT 'all' AS facet, '' AS value\n    UNION ALL SELECT 'kind', r.kind\n    UNION ALL SELECT 'perspective', r.perspective WHERE r.perspective IS NOT NULL\n    UNION ALL SELECT 'level', r.level WHERE r.level IS NOT NULL\n    UNION ALL SELECT 'effect', r.effect WHERE r.effect IS NOT NULL\n    UNION ALL SELECT 'response', r.response WHERE r.response IS NOT NULL\n    UNION ALL SELECT 'source_kind', s.kind FROM insights_source s WHERE s.insight_id = r.id AND s.position = 0\n    UNION ALL SELECT b.slug || ':' || t.state, c.slug\n        FROM insights_tag t JOIN lhs_code c ON c.id = t.code_id JOIN lhs_codebook b ON b.id = c.codebook_id\n        WHERE t.insight_id = r.id\n) f\n        WHERE NOT r.words_withheld AND NOT (r.flagged AND r.status = 'published')\n        GROUP BY 1, 2, 3, 4, 5 HAVING sum(r.sign) <> 0;\n    \nRETURN NULL;", hash='b3a1bd7ec21babccb1cd17146866069d470e7b14', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insight_came_b0e3c', referencing='REFERENCING NEW TABLE AS now_is ', table='insights_insight', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='insight',
            trigger=pgtrigger.compiler.Trigger(name='insight_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            PERFORM 1 FROM insights_tagging WHERE insight_id IN (\n    SELECT o.id FROM was o JOIN now_is n USING (id)\n    WHERE (o.status, o.programme_id, o.case_study_id, o.kind, o.perspective, o.level, o.effect, o.response, o.words_withheld, o.flagged) IS DISTINCT FROM (n.status, n.programme_id, n.case_study_id, n.kind, n.perspective, n.level, n.effect, n.response, n.words_withheld, n.flagged)\n)\n                ORDER BY insight_id, codebook_id FOR UPDATE;\n        \n        INSERT INTO insights_tally (programme_id, case_study_id, status, facet, value, n)\n        SELECT r.programme_id, r.case_study_id, r.status, f.facet, f.value, sum(r.sign)\n        FROM (SELECT -1 AS sign, o.* FROM was o WHERE o.id IN (\n    SELECT o.id FROM was o JOIN now_is n USING (id)\n    WHERE (o.status, o.programme_id, o.case_study_id, o.kind, o.perspective, o.level, o.effect, o.response, o.words_withheld, o.flagged) IS DISTINCT FROM (n.status, n.programme_id, n.case_study_id, n.kind, n.perspective, n.level, n.effect, n.response, n.words_withheld, n.flagged)\n) UNION ALL SELECT 1, n.* FROM now_is n WHERE n.id IN (\n    SELECT o.id FROM was o JOIN now_is n USING (id)\n    WHERE (o.status, o.programme_id, o.case_study_id, o.kind, o.perspective, o.level, o.effect, o.response, o.words_withheld, o.flagged) IS DISTINCT FROM (n.status, n.programme_id, n.case_study_id, n.kind, n.perspective, n.level, n.effect, n.response, n.words_withheld, n.flagged)\n)) r CROSS JOIN LATERAL (\n    SELECT 'all' AS facet, '' AS value\n    UNION ALL SELECT 'kind', r.kind\n    UNION ALL SELECT 'perspective', r.perspective WHERE r.perspective IS NOT NULL\n    UNION ALL SELECT 'level', r.level WHERE r.level IS NOT NULL\n    UNION ALL SELECT 'effect', r.effect WHERE r.effect IS NOT NULL\n    UNION ALL SELECT 'response', r.response WHERE r.response IS NOT NULL\n    UNION ALL SELECT 'source_kind', s.kind FROM insights_source s WHERE s.insight_id = r.id AND s.position = 0\n    UNION ALL SELECT b.slug || ':' || t.state, c.slug\n        FROM insights_tag t JOIN lhs_code c ON c.id = t.code_id JOIN lhs_codebook b ON b.id = c.codebook_id\n        WHERE t.insight_id = r.id\n) f\n        WHERE NOT r.words_withheld AND NOT (r.flagged AND r.status = 'published')\n        GROUP BY 1, 2, 3, 4, 5 HAVING sum(r.sign) <> 0;\n    \n            -- Even if it is due already: a worker that has these rows is waited for, then made to look again.\n            UPDATE insights_tagging SET due = true\n            WHERE insight_id IN (\n                SELECT n.id FROM was o JOIN now_is n USING (id)\n                WHERE (o.title, o.text) IS DISTINCT FROM (n.title, n.text)\n            );\n        \nRETURN NULL;", hash='0e38c8687bbbb6e677a26ff7e458c7558e07f5d3', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_insight_changed_794b0', referencing='REFERENCING OLD TABLE AS was  NEW TABLE AS now_is ', table='insights_insight', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='source',
            trigger=pgtrigger.compiler.Trigger(name='source_came', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM 1 FROM insights_insight WHERE id IN (SELECT insight_id FROM now_is) ORDER BY id FOR NO KEY UPDATE;\n        INSERT INTO insights_tally (programme_id, case_study_id, status, facet, value, n)\n        SELECT i.programme_id, i.case_study_id, i.status, p.facet, p.value, sum(p.sign)\n        FROM (SELECT 1 AS sign, insight_id, 'source_kind' AS facet, kind AS value FROM now_is WHERE position = 0) p JOIN insights_insight i ON i.id = p.insight_id\n        WHERE NOT i.words_withheld AND NOT (i.flagged AND i.status = 'published')\n        GROUP BY 1, 2, 3, 4, 5 HAVING sum(p.sign) <> 0;\n    \n    UPDATE insights_insight i SET words_withheld = w.withheld\n    FROM (\n        SELECT insight_id, bool_or(consent = 'withheld') AS withheld FROM insights_source\n        WHERE insight_id IN (SELECT insight_id FROM now_is) GROUP BY insight_id\n    ) w\n    WHERE i.id = w.insight_id AND i.words_withheld <> w.withheld;\n\nRETURN NULL;", hash='b7ed94ae14db04d7baa57182fefa2c7dd1b24abe', level='STATEMENT', operation='INSERT', pgid='pgtrigger_source_came_d46e6', referencing='REFERENCING NEW TABLE AS now_is ', table='insights_source', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='source',
            trigger=pgtrigger.compiler.Trigger(name='source_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM 1 FROM insights_insight WHERE id IN (SELECT insight_id FROM was UNION SELECT insight_id FROM now_is) ORDER BY id FOR NO KEY UPDATE;\n        INSERT INTO insights_tally (programme_id, case_study_id, status, facet, value, n)\n        SELECT i.programme_id, i.case_study_id, i.status, p.facet, p.value, sum(p.sign)\n        FROM (SELECT -1 AS sign, insight_id, 'source_kind' AS facet, kind AS value FROM was WHERE position = 0 UNION ALL SELECT 1 AS sign, insight_id, 'source_kind' AS facet, kind AS value FROM now_is WHERE position = 0) p JOIN insights_insight i ON i.id = p.insight_id\n        WHERE NOT i.words_withheld AND NOT (i.flagged AND i.status = 'published')\n        GROUP BY 1, 2, 3, 4, 5 HAVING sum(p.sign) <> 0;\n    \n    UPDATE insights_insight i SET words_withheld = w.withheld\n    FROM (\n        SELECT insight_id, bool_or(consent = 'withheld') AS withheld FROM insights_source\n        WHERE insight_id IN (SELECT insight_id FROM was UNION SELECT insight_id FROM now_is) GROUP BY insight_id\n    ) w\n    WHERE i.id = w.insight_id AND i.words_withheld <> w.withheld;\n\nRETURN NULL;", hash='9afd03e7ec67524cdae0a2ddbd980ceeccf63af9', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_source_changed_013f2', referencing='REFERENCING OLD TABLE AS was  NEW TABLE AS now_is ', table='insights_source', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='source',
            trigger=pgtrigger.compiler.Trigger(name='source_went', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM 1 FROM insights_insight WHERE id IN (SELECT insight_id FROM was) ORDER BY id FOR NO KEY UPDATE;\n        INSERT INTO insights_tally (programme_id, case_study_id, status, facet, value, n)\n        SELECT i.programme_id, i.case_study_id, i.status, p.facet, p.value, sum(p.sign)\n        FROM (SELECT -1 AS sign, insight_id, 'source_kind' AS facet, kind AS value FROM was WHERE position = 0) p JOIN insights_insight i ON i.id = p.insight_id\n        WHERE NOT i.words_withheld AND NOT (i.flagged AND i.status = 'published')\n        GROUP BY 1, 2, 3, 4, 5 HAVING sum(p.sign) <> 0;\n    \n    UPDATE insights_insight i SET words_withheld = w.withheld\n    FROM (\n        SELECT insight_id, bool_or(consent = 'withheld') AS withheld FROM insights_source\n        WHERE insight_id IN (SELECT insight_id FROM was) GROUP BY insight_id\n    ) w\n    WHERE i.id = w.insight_id AND i.words_withheld <> w.withheld;\n\nRETURN NULL;", hash='c877c26301039ad5fe608a66e67260d4129d86f5', level='STATEMENT', operation='DELETE', pgid='pgtrigger_source_went_81972', referencing='REFERENCING OLD TABLE AS was ', table='insights_source', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='tag',
            trigger=pgtrigger.compiler.Trigger(name='tag_came', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    PERFORM 1 FROM insights_tagging WHERE (insight_id, codebook_id) IN (\n        SELECT t.insight_id, c.codebook_id FROM (SELECT insight_id, code_id FROM now_is) t JOIN lhs_code c ON c.id = t.code_id\n    ) ORDER BY insight_id, codebook_id FOR UPDATE;\n\n        INSERT INTO insights_tally (programme_id, case_study_id, status, facet, value, n)\n        SELECT i.programme_id, i.case_study_id, i.status, p.facet, p.value, sum(p.sign)\n        FROM (\n    SELECT 1 AS sign, t.insight_id, b.slug || ':' || t.state AS facet, c.slug AS value\n    FROM now_is t JOIN lhs_code c ON c.id = t.code_id JOIN lhs_codebook b ON b.id = c.codebook_id\n) p JOIN insights_insight i ON i.id = p.insight_id\n        WHERE NOT i.words_withheld AND NOT (i.flagged AND i.status = 'published')\n        GROUP BY 1, 2, 3, 4, 5 HAVING sum(p.sign) <> 0;\n    \nRETURN NULL;", hash='349bbebb7de3df16806a09767873e913d8bfadbd', level='STATEMENT', operation='INSERT', pgid='pgtrigger_tag_came_55f41', referencing='REFERENCING NEW TABLE AS now_is ', table='insights_tag', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='tag',
            trigger=pgtrigger.compiler.Trigger(name='tag_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    PERFORM 1 FROM insights_tagging WHERE (insight_id, codebook_id) IN (\n        SELECT t.insight_id, c.codebook_id FROM (SELECT insight_id, code_id FROM was UNION SELECT insight_id, code_id FROM now_is) t JOIN lhs_code c ON c.id = t.code_id\n    ) ORDER BY insight_id, codebook_id FOR UPDATE;\n\n        INSERT INTO insights_tally (programme_id, case_study_id, status, facet, value, n)\n        SELECT i.programme_id, i.case_study_id, i.status, p.facet, p.value, sum(p.sign)\n        FROM (\n    SELECT -1 AS sign, t.insight_id, b.slug || ':' || t.state AS facet, c.slug AS value\n    FROM was t JOIN lhs_code c ON c.id = t.code_id JOIN lhs_codebook b ON b.id = c.codebook_id\n UNION ALL \n    SELECT 1 AS sign, t.insight_id, b.slug || ':' || t.state AS facet, c.slug AS value\n    FROM now_is t JOIN lhs_code c ON c.id = t.code_id JOIN lhs_codebook b ON b.id = c.codebook_id\n) p JOIN insights_insight i ON i.id = p.insight_id\n        WHERE NOT i.words_withheld AND NOT (i.flagged AND i.status = 'published')\n        GROUP BY 1, 2, 3, 4, 5 HAVING sum(p.sign) <> 0;\n    \nRETURN NULL;", hash='1ce6e64eb5a65a62e771ba481cd093c39ddaa606', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_tag_changed_de1f8', referencing='REFERENCING OLD TABLE AS was  NEW TABLE AS now_is ', table='insights_tag', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='tag',
            trigger=pgtrigger.compiler.Trigger(name='tag_went', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    PERFORM 1 FROM insights_tagging WHERE (insight_id, codebook_id) IN (\n        SELECT t.insight_id, c.codebook_id FROM (SELECT insight_id, code_id FROM was) t JOIN lhs_code c ON c.id = t.code_id\n    ) ORDER BY insight_id, codebook_id FOR UPDATE;\n\n        INSERT INTO insights_tally (programme_id, case_study_id, status, facet, value, n)\n        SELECT i.programme_id, i.case_study_id, i.status, p.facet, p.value, sum(p.sign)\n        FROM (\n    SELECT -1 AS sign, t.insight_id, b.slug || ':' || t.state AS facet, c.slug AS value\n    FROM was t JOIN lhs_code c ON c.id = t.code_id JOIN lhs_codebook b ON b.id = c.codebook_id\n) p JOIN insights_insight i ON i.id = p.insight_id\n        WHERE NOT i.words_withheld AND NOT (i.flagged AND i.status = 'published')\n        GROUP BY 1, 2, 3, 4, 5 HAVING sum(p.sign) <> 0;\n    \nRETURN NULL;", hash='4080f62684dd3c60f589d0f429d0aca6ffd6b46d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_tag_went_41a39', referencing='REFERENCING OLD TABLE AS was ', table='insights_tag', when='AFTER')),
        ),
        migrations.AddField(
            model_name='flag',
            name='insight',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='flags', to='insights.insight'),
        ),
        migrations.AddField(
            model_name='flag',
            name='settled_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='flag',
            name='source',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='flags', to='insights.source'),
        ),
        migrations.AddField(
            model_name='flagevent',
            name='insight',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='insights.insight'),
        ),
        migrations.AddField(
            model_name='flagevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='flagevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='insights.flag'),
        ),
        migrations.AddField(
            model_name='flagevent',
            name='settled_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='flagevent',
            name='source',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='insights.source'),
        ),
        migrations.AddIndex(
            model_name='flag',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['insight'], name='flag_open'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.CheckConstraint(condition=models.Q(('field__in', ['title', 'text', 'section', 'locator', 'source.role', 'source.place'])), name='flag_field_known', violation_error_message='Choose one of: title, text, section, locator, source.role, source.place.'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['email', 'hospital-number', 'nhs-number', 'date-of-birth', 'phone', 'postcode', 'address', 'name'])), name='flag_kind_known', violation_error_message='Choose one of: email, hospital-number, nhs-number, date-of-birth, phone, postcode, address, name.'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'redacted', 'not-identifying'])), name='flag_state_known', violation_error_message='Choose one of: open, redacted, not-identifying.'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.CheckConstraint(condition=models.Q(('start__lt', models.F('end'))), name='flag_on_some_words', violation_error_message='A flag is on at least one character.'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', True), ('settled_by__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('settled_at__isnull', False), ('settled_by__isnull', False)), _connector='OR'), name='flag_settled_by_someone', violation_error_message='What is settled says by whom and when.'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('field__in', ['source.role', 'source.place']), ('source__isnull', False)), models.Q(models.Q(('field__in', ['source.role', 'source.place']), _negated=True), ('source__isnull', True)), _connector='OR'), name='flag_of_a_source_or_not', violation_error_message='A role or place belongs to a source, and nothing else does.'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'redacted'), _negated=True), fields=('insight', 'field', 'source', 'start'), name='flag_once_in_a_place', nulls_distinct=False, violation_error_message='That place is flagged already.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='flag',
            trigger=pgtrigger.compiler.Trigger(name='flag_came', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM 1 FROM insights_insight WHERE id IN (SELECT insight_id FROM now_is) ORDER BY id FOR NO KEY UPDATE;\n    UPDATE insights_insight i SET flagged = NOT i.flagged\n    WHERE i.id IN (SELECT insight_id FROM now_is)\n        AND i.flagged <> EXISTS (SELECT 1 FROM insights_flag f WHERE f.insight_id = i.id AND f.state = 'open');\n\nRETURN NULL;", hash='6d0241fb1988f3f92bf4cc1ec0b75c5d8eb490a9', level='STATEMENT', operation='INSERT', pgid='pgtrigger_flag_came_d3a7e', referencing='REFERENCING NEW TABLE AS now_is ', table='insights_flag', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='flag',
            trigger=pgtrigger.compiler.Trigger(name='flag_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM 1 FROM insights_insight WHERE id IN (SELECT insight_id FROM was UNION SELECT insight_id FROM now_is) ORDER BY id FOR NO KEY UPDATE;\n    UPDATE insights_insight i SET flagged = NOT i.flagged\n    WHERE i.id IN (SELECT insight_id FROM was UNION SELECT insight_id FROM now_is)\n        AND i.flagged <> EXISTS (SELECT 1 FROM insights_flag f WHERE f.insight_id = i.id AND f.state = 'open');\n\nRETURN NULL;", hash='8f432df51a305a580c870f3ae4e19591a4fc6963', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_flag_changed_0daf8', referencing='REFERENCING OLD TABLE AS was  NEW TABLE AS now_is ', table='insights_flag', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='flag',
            trigger=pgtrigger.compiler.Trigger(name='flag_went', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM 1 FROM insights_insight WHERE id IN (SELECT insight_id FROM was) ORDER BY id FOR NO KEY UPDATE;\n    UPDATE insights_insight i SET flagged = NOT i.flagged\n    WHERE i.id IN (SELECT insight_id FROM was)\n        AND i.flagged <> EXISTS (SELECT 1 FROM insights_flag f WHERE f.insight_id = i.id AND f.state = 'open');\n\nRETURN NULL;", hash='e319b34821021fd794df16c2d3eadcdfa09d8171', level='STATEMENT', operation='DELETE', pgid='pgtrigger_flag_went_60f3a', referencing='REFERENCING OLD TABLE AS was ', table='insights_flag', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='flag',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "insights_flagevent" ("created", "digest", "end", "field", "id", "insight_id", "kind", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "settled_at", "settled_by_id", "source_id", "start", "state") VALUES (NEW."created", NEW."digest", NEW."end", NEW."field", NEW."id", NEW."insight_id", NEW."kind", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."settled_at", NEW."settled_by_id", NEW."source_id", NEW."start", NEW."state"); RETURN NULL;', hash='5dda0faac42ba9caab1e425d7d27703c3d8a33d6', operation='INSERT', pgid='pgtrigger_insert_insert_878b3', table='insights_flag', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='flag',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "insights_flagevent" ("created", "digest", "end", "field", "id", "insight_id", "kind", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "settled_at", "settled_by_id", "source_id", "start", "state") VALUES (NEW."created", NEW."digest", NEW."end", NEW."field", NEW."id", NEW."insight_id", NEW."kind", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."settled_at", NEW."settled_by_id", NEW."source_id", NEW."start", NEW."state"); RETURN NULL;', hash='600de414475f966c623556fb094ed7dc8eac3b4f', operation='UPDATE', pgid='pgtrigger_update_update_8fe8f', table='insights_flag', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='flag',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "insights_flagevent" ("created", "digest", "end", "field", "id", "insight_id", "kind", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "settled_at", "settled_by_id", "source_id", "start", "state") VALUES (OLD."created", OLD."digest", OLD."end", OLD."field", OLD."id", OLD."insight_id", OLD."kind", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."settled_at", OLD."settled_by_id", OLD."source_id", OLD."start", OLD."state"); RETURN NULL;', hash='06864e9873bd3b1eace02f2805f06a01b31b107d', operation='DELETE', pgid='pgtrigger_delete_delete_b82ac', table='insights_flag', when='AFTER')),
        ),
    ]
