"""What even SQL that was smuggled in can't write: blobs named after another account's, links without end."""

from datetime import timedelta

import django.db.models.functions.datetime
from django.db import migrations, models

# As vault.keys.new_blob_id makes them.
_NAMED = (
    "substr(uuid_send(id), 9) ="
    " substr(sha256('djmixersoft/blob/v1'::bytea || uuid_send(account_id) || substr(uuid_send(id), 1, 8)), 1, 8)"
)
# Django makes a new table's foreign keys at the end of its migration, too late for what 0002 does with all others.
_UNDO_GOES_TOO = """
DO $$
DECLARE found record;
BEGIN
  FOR found IN
    SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
     WHERE contype = 'f' AND conrelid = 'item_undo'::regclass AND confrelid = 'account'::regclass AND confdeltype = 'a'
  LOOP
    EXECUTE format('ALTER TABLE item_undo DROP CONSTRAINT %I, ADD CONSTRAINT %I %s', found.conname, found.conname,
                   replace(found.definition, ' DEFERRABLE', ' ON DELETE CASCADE DEFERRABLE'));
  END LOOP;
END $$
"""
_HASHING = ("salt", "memory_kib", "passes", "lanes", "verifier")


class Migration(migrations.Migration):
    dependencies = [
        ("content", "0003_upload_metadata"),
    ]

    operations = [
        migrations.RunSQL(_UNDO_GOES_TOO, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="shareuse",
            name="used_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AlterField(
            model_name="shareuse",
            name="what",
            field=models.TextField(choices=[("looked", "Looked"), ("played", "Played"), ("taken", "Taken")]),
        ),
        migrations.AddIndex(
            model_name="shareuse",
            index=models.Index(fields=["account_id", "share_id", "used_at"], name="share_use_latest"),
        ),
        migrations.AddConstraint(
            model_name="blob",
            constraint=models.CheckConstraint(condition=models.Q(("sealed_size__gte", 0)), name="blob_takes_room"),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    expires__lte=django.db.models.functions.datetime.Now() + timedelta(days=366),
                ),
                name="share_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="sharesecret",
            constraint=models.CheckConstraint(
                condition=models.Q(**dict.fromkeys(_HASHING))
                | models.Q(**{f"{name}__isnull": False for name in _HASHING}),
                name="share_secret_whole",
            ),
        ),
        migrations.AlterField(model_name="upload", name="id", field=models.UUIDField(unique=True)),
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_named_for_its_account CHECK ({_NAMED})",
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_named_for_its_account",
            )
            for table in ("blob", "upload")
        ),
    ]
