"""The queue of jobs holds ids and numbers, and no words: nothing in it can say who somebody is (clauses 1b, 6a)."""

from django.db import migrations

ID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# Whatever of the arguments is not a short key with an id, or a whole number below 10^12 (a time in seconds), is found.
NOT_AN_ID = f"""
    $.keyvalue() ? (!(@.key like_regex "^[a-z_]{{1,20}}$") || !(
        (@.value.type() == "string" && @.value like_regex "^{ID}$")
        || (@.value.type() == "number" && @.value >= 0 && @.value < 1000000000000 && @.value.floor() == @.value)
    ))
"""
TASK = "^[a-z]{1,20}[.][a-z-]{1,20}$"


class Migration(migrations.Migration):
    dependencies = [("policy", "0001_initial"), ("procrastinate", "0041_post_retry_failed_job")]

    operations = [
        migrations.RunSQL(
            f"""
            ALTER TABLE procrastinate_jobs ADD CONSTRAINT jobs_hold_ids CHECK (
                jsonb_typeof(args) = 'object' AND length(args::text) <= 250 AND coalesce(NOT args @? '{NOT_AN_ID}', false)
                AND lock ~ '^{ID}$' AND queueing_lock ~ '^{ID}$' AND task_name ~ '{TASK}' AND queue_name ~ '^[a-z]{{1,20}}$');
            ALTER TABLE procrastinate_periodic_defers ADD CONSTRAINT defers_hold_ids CHECK (
                task_name ~ '{TASK}' AND periodic_id = '');
            """,
            """
            ALTER TABLE procrastinate_jobs DROP CONSTRAINT jobs_hold_ids;
            ALTER TABLE procrastinate_periodic_defers DROP CONSTRAINT defers_hold_ids;
            """,
        )
    ]
