"""An insight's case study and learning activity are of its own programme: composite foreign keys hold it.

Django has no composite foreign keys; NOT VALID and VALIDATE would be the way on a large table, but this one is new.
"""

from django.db import migrations

KEYS = {
    "insight_case_study_of_programme": ("case_study_id", "casestudies_casestudy"),
    "insight_activity_of_programme": ("learning_activity_id", "casestudies_learningactivity"),
}


class Migration(migrations.Migration):
    dependencies = [("insights", "0002_initial")]

    operations = [
        migrations.RunSQL(
            sql=f"""
                ALTER TABLE insights_insight ADD CONSTRAINT {name}
                FOREIGN KEY (programme_id, {column}) REFERENCES {table} (programme_id, id)
                DEFERRABLE INITIALLY DEFERRED;
            """,
            reverse_sql=f"ALTER TABLE insights_insight DROP CONSTRAINT {name};",
        )
        for name, (column, table) in KEYS.items()
    ]
