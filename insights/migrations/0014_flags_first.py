"""Flags may come before their insight; many rows that come or change at once cost no more than each by itself."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('insights', '0013_logging_once'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='flag',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='insight',
            name='insight_withheld_from_the_start',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='insight',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='insight',
            name='insight_moved',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='insight',
            name='insight_changed',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='source',
            name='insert_insert',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='flag',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "insights_flagevent" ("created", "digest", "end", "field", "id", "insight_id", "kind", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "settled_at", "settled_by_id", "source_id", "start", "state") SELECT new_values."created", new_values."digest", new_values."end", new_values."field", new_values."id", new_values."insight_id", new_values."kind", new_values."note", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."settled_at", new_values."settled_by_id", new_values."source_id", new_values."start", new_values."state" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='235c038e51f46e04c566355a2e1a17b3c165986a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_878b3', referencing='REFERENCING NEW TABLE AS new_values ', table='insights_flag', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='insight',
            trigger=pgtrigger.compiler.Trigger(name='insight_marked_from_the_start', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            NEW.words_withheld = EXISTS (\n                SELECT 1 FROM insights_source WHERE insight_id = NEW.id AND consent = 'withheld'\n            );\n            NEW.flagged = EXISTS (SELECT 1 FROM insights_flag WHERE insight_id = NEW.id AND state = 'open');\n            RETURN NEW;\n        ", hash='506003bf26c029ae52ce8f5acea7052a636fa825', operation='INSERT', pgid='pgtrigger_insight_marked_from_the_start_26d37', table='insights_insight', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='insight',
            trigger=pgtrigger.compiler.Trigger(name='insight_changed', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE counted uuid[]; reworded uuid[];', func="\n            counted = ARRAY(\n        SELECT c.id FROM (SELECT id, status, programme_id, case_study_id, kind, perspective, level, effect, response, words_withheld, flagged FROM now_is EXCEPT SELECT id, status, programme_id, case_study_id, kind, perspective, level, effect, response, words_withheld, flagged FROM was) c\n    );\n            IF cardinality(counted) > 0 THEN\n                PERFORM 1 FROM insights_tagging WHERE insight_id = ANY (counted)\n                    ORDER BY insight_id, codebook_id FOR UPDATE;\n        \n        INSERT INTO insights_tally (programme_id, case_study_id, status, facet, value, n)\n        SELECT r.programme_id, r.case_study_id, r.status, f.facet, f.value, sum(r.sign)\n        FROM (SELECT -1 AS sign, o.* FROM was o WHERE o.id = ANY (counted) UNION ALL SELECT 1, n.* FROM now_is n WHERE n.id = ANY (counted)) r CROSS JOIN LATERAL (\n    SELECT 'all' AS facet, '' AS value\n    UNION ALL SELECT 'kind', r.kind\n    UNION ALL SELECT 'perspective', r.perspective WHERE r.perspective IS NOT NULL\n    UNION ALL SELECT 'level', r.level WHERE r.level IS NOT NULL\n    UNION ALL SELECT 'effect', r.effect WHERE r.effect IS NOT NULL\n    UNION ALL SELECT 'response', r.response WHERE r.response IS NOT NULL\n    UNION ALL SELECT 'source_kind', s.kind FROM insights_source s WHERE s.insight_id = r.id AND s.position = 0\n    UNION ALL SELECT b.slug || ':' || t.state, c.slug\n        FROM insights_tag t JOIN lhs_code c ON c.id = t.code_id JOIN lhs_codebook b ON b.id = c.codebook_id\n        WHERE t.insight_id = r.id\n) f\n        WHERE NOT r.words_withheld AND NOT (r.flagged AND r.status = 'published')\n        GROUP BY 1, 2, 3, 4, 5 HAVING sum(r.sign) <> 0;\n    \n            END IF;\n            -- Even if it is due already: a worker that has these rows is waited for, then made to look again.\n            reworded = ARRAY(\n        SELECT c.id FROM (SELECT id, title, text FROM now_is EXCEPT SELECT id, title, text FROM was) c\n    );\n            IF cardinality(reworded) > 0 THEN\n                UPDATE insights_tagging SET due = true WHERE insight_id = ANY (reworded);\n            END IF;\n        \nRETURN NULL;", hash='5b018dfe6c2bafe581f94e253392a1efc2d37e9d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_insight_changed_794b0', referencing='REFERENCING OLD TABLE AS was  NEW TABLE AS now_is ', table='insights_insight', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='insight',
            trigger=pgtrigger.compiler.Trigger(name='insight_moved', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n            INSERT INTO insights_move (insight_id, was, status)\n            SELECT id, max(before), max(after)\n            FROM (\n                SELECT id, status AS before, NULL AS after FROM was\n                UNION ALL SELECT id, NULL, status FROM now_is\n            ) both_of GROUP BY id HAVING max(before) <> max(after);\n        \nRETURN NULL;', hash='23934b188abcca725686b511916738d55a461da6', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_insight_moved_3451f', referencing='REFERENCING OLD TABLE AS was  NEW TABLE AS now_is ', table='insights_insight', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='insight',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "insights_insightevent" ("author_id", "case_study_id", "created", "decline_reason", "effect", "external_id", "id", "illustrative", "kind", "learning_activity_id", "level", "locator", "perspective", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "programme_id", "published_at", "response", "section", "status", "text", "title") SELECT new_values."author_id", new_values."case_study_id", new_values."created", new_values."decline_reason", new_values."effect", new_values."external_id", new_values."id", new_values."illustrative", new_values."kind", new_values."learning_activity_id", new_values."level", new_values."locator", new_values."perspective", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."position", new_values."programme_id", new_values."published_at", new_values."response", new_values."section", new_values."status", new_values."text", new_values."title" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='9ad955f8649f7c8629bab0bf7b5e12b9906b94c8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_8d1d7', referencing='REFERENCING NEW TABLE AS new_values ', table='insights_insight', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='source',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "insights_sourceevent" ("collected_on", "consent", "created", "id", "insight_id", "kind", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "position", "recorded_by_id", "role") SELECT new_values."collected_on", new_values."consent", new_values."created", new_values."id", new_values."insight_id", new_values."kind", new_values."organisation_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."place", new_values."position", new_values."recorded_by_id", new_values."role" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='08a08b6b638b5d70626d2627c6eaea0408c127fd', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_26394', referencing='REFERENCING NEW TABLE AS new_values ', table='insights_source', when='AFTER')),
        ),
    ]
