"""Ways of sorting a folder, taking back, and what goes with an account."""

import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.db import migrations, models

# Django knows no deletions that the database does by itself. Whatever has an account goes with it; and whether there is
# one is asked at once, not when all is committed, where nobody could put the answer into words.
_GOES_WITH_ITS_ACCOUNT = """
DO $$
DECLARE found record;
BEGIN
  FOR found IN
    SELECT conname, conrelid::regclass AS child, pg_get_constraintdef(oid) AS definition FROM pg_constraint
     WHERE contype = 'f' AND confrelid = 'account'::regclass AND confdeltype = 'a'
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %I %s', found.child, found.conname,
                   found.conname, replace(found.definition, ' DEFERRABLE INITIALLY DEFERRED', ' ON DELETE CASCADE'));
  END LOOP;
END $$
"""
_TOKENS = "ALTER TABLE api_token ADD CONSTRAINT api_token_of_account FOREIGN KEY (account_id)"
_IS_FOLDER = models.Func("kind", template="((%(expressions)s = 'folder') IS TRUE)", output_field=models.BooleanField())
_IS_NO_FOLDER = models.Func(
    "kind", template="((%(expressions)s = 'folder') IS FALSE)", output_field=models.BooleanField()
)
# PostgreSQL samples what an expression in an index gives; nobody may see samples of names (policy/compile.py).
_EXPRESSIONS = (
    ("item_by_time", 3),
    ("item_folders", 3),
    ("item_folders", 4),
    ("item_by_name", 3),
    ("item_by_name", 4),
    ("item_by_added", 4),
    ("item_by_size", 4),
    ("item_by_kind", 4),
    ("item_by_kind", 5),
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("content", "0001_initial"),
        ("people", "0002_api_token"),
    ]

    operations = [
        migrations.CreateModel(
            name="Undo",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID())),
                ("what", models.TextField()),
                ("before", models.JSONField()),
                ("after", models.TextField(db_default="")),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        db_column="done_by",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                ("done_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True)),
            ],
            options={
                "db_table": "item_undo",
            },
        ),
        migrations.RemoveIndex(
            model_name="item",
            name="item_in_folder",
        ),
        migrations.RemoveIndex(
            model_name="item",
            name="item_latest_first",
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                models.F("account_id"),
                models.OrderBy(models.F("added_at"), descending=True),
                models.Func("id", function="uuid_send", output_field=models.BinaryField()),
                name="item_by_time",
            ),
        ),
        migrations.AddIndex(
            model_name="blob",
            index=models.Index(fields=["account_id", "item_id"], name="blob_of_item"),
        ),
        migrations.AddIndex(
            model_name="blob",
            index=models.Index(
                condition=models.Q(("fault", ""), _negated=True), fields=["account_id"], name="blob_damaged"
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["account_id", "parent_id"], name="item_in_folder"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                models.F("account_id"),
                models.F("parent_id"),
                django.db.models.functions.text.Lower("name"),
                models.Func("id", function="uuid_send", output_field=models.BinaryField()),
                condition=models.Q(_IS_FOLDER, ("trashed_with", None)),
                name="item_folders",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                models.F("account_id"),
                models.F("parent_id"),
                django.db.models.functions.text.Lower("name"),
                models.Func("id", function="uuid_send", output_field=models.BinaryField()),
                condition=models.Q(_IS_NO_FOLDER, ("trashed_with", None)),
                name="item_by_name",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                models.F("account_id"),
                models.F("parent_id"),
                models.F("added_at"),
                models.Func("id", function="uuid_send", output_field=models.BinaryField()),
                condition=models.Q(_IS_NO_FOLDER, ("trashed_with", None)),
                name="item_by_added",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                models.F("account_id"),
                models.F("parent_id"),
                models.F("size"),
                models.Func("id", function="uuid_send", output_field=models.BinaryField()),
                condition=models.Q(_IS_NO_FOLDER, ("trashed_with", None)),
                name="item_by_size",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                models.F("account_id"),
                models.F("parent_id"),
                models.F("media_type"),
                django.db.models.functions.text.Lower("name"),
                models.Func("id", function="uuid_send", output_field=models.BinaryField()),
                condition=models.Q(_IS_NO_FOLDER, ("trashed_with", None)),
                name="item_by_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("trashed_with", models.F("id"))),
                fields=["account_id", "trashed_at"],
                name="item_thrown",
            ),
        ),
        migrations.AddIndex(
            model_name="share",
            index=models.Index(fields=["account_id", "item_id"], name="share_of_item"),
        ),
        migrations.RunSQL(
            f"{_TOKENS} REFERENCES account (id) ON DELETE CASCADE",
            "ALTER TABLE api_token DROP CONSTRAINT api_token_of_account",
        ),
        migrations.RunSQL(_GOES_WITH_ITS_ACCOUNT, migrations.RunSQL.noop),
        *(
            migrations.RunSQL(f"ALTER INDEX {index} ALTER COLUMN {number} SET STATISTICS 0", migrations.RunSQL.noop)
            for index, number in _EXPRESSIONS
        ),
    ]
