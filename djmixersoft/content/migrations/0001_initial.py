"""The tables of this app, as they began."""

import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("people", "0002_api_token"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountKey",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="accounts.account",
                    ),
                ),
                ("wrapped", models.BinaryField()),
            ],
            options={
                "db_table": "account_key",
            },
        ),
        migrations.CreateModel(
            name="Blob",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(unique=True)),
                ("item_id", models.UUIDField()),
                ("sealed_size", models.BigIntegerField()),
                ("sealed_sha256", models.BinaryField()),
                (
                    "checked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True),
                ),
                ("fault", models.TextField(db_default="")),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
            ],
            options={
                "db_table": "blob",
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "item_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("item_id", models.UUIDField()),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID())),
                ("text", models.TextField()),
                ("written_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        db_column="written_by",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "db_table": "item_comment",
            },
        ),
        migrations.CreateModel(
            name="ItemData",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "item_id", "name", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("item_id", models.UUIDField()),
                ("name", models.TextField()),
                ("value", models.JSONField()),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        db_column="changed_by",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "db_table": "item_data",
            },
        ),
        migrations.CreateModel(
            name="ItemKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "item_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("item_id", models.UUIDField()),
                ("wrapped", models.BinaryField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
            ],
            options={
                "db_table": "item_key",
            },
        ),
        migrations.CreateModel(
            name="ItemVersion",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "item_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("item_id", models.UUIDField()),
                ("number", models.IntegerField()),
                ("size", models.BigIntegerField()),
                ("sha256", models.BinaryField()),
                ("media_type", models.TextField()),
                ("blob_id", models.UUIDField()),
                ("made_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_column="made_by",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "db_table": "item_version",
            },
        ),
        migrations.CreateModel(
            name="Room",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="accounts.account",
                    ),
                ),
                ("used", models.BigIntegerField(db_default=0)),
                ("quota", models.BigIntegerField(db_default=107374182400)),
            ],
            options={
                "db_table": "account_room",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("used__lte", models.F("quota"))), name="account_room_not_exceeded"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID())),
                ("item_id", models.UUIDField()),
                ("has_password", models.BooleanField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires", models.DateTimeField(db_index=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        db_column="created_by",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "db_table": "share",
            },
        ),
        migrations.CreateModel(
            name="ShareOpening",
            fields=[
                ("token_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("share_id", models.UUIDField()),
                ("expires", models.DateTimeField(db_index=True)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="accounts.account")),
            ],
            options={
                "db_table": "share_opening",
            },
        ),
        migrations.CreateModel(
            name="ShareSecret",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "share_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("share_id", models.UUIDField()),
                ("token_hash", models.BinaryField(unique=True)),
                ("salt", models.BinaryField(null=True)),
                ("memory_kib", models.IntegerField(null=True)),
                ("passes", models.IntegerField(null=True)),
                ("lanes", models.IntegerField(null=True)),
                ("verifier", models.BinaryField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
            ],
            options={
                "db_table": "share_secret",
            },
        ),
        migrations.CreateModel(
            name="ShareUse",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "share_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("share_id", models.UUIDField()),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID())),
                ("what", models.TextField()),
                ("item_id", models.UUIDField()),
                ("used_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
            ],
            options={
                "db_table": "share_use",
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), unique=True)),
                ("item_id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID())),
                ("parent_id", models.UUIDField(null=True)),
                ("replaces", models.BooleanField(db_default=False)),
                ("name", models.TextField()),
                ("size", models.BigIntegerField()),
                ("wrapped", models.BinaryField()),
                ("tail", models.BinaryField(db_default=b"")),
                ("tail_at", models.BigIntegerField(db_default=0)),
                ("added_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires", models.DateTimeField(db_index=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
                (
                    "added_by",
                    models.ForeignKey(
                        db_column="added_by", on_delete=django.db.models.deletion.CASCADE, to="people.person"
                    ),
                ),
            ],
            options={
                "db_table": "upload",
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID())),
                (
                    "kind",
                    models.TextField(
                        choices=[("folder", "Folder"), ("file", "File"), ("document", "Document")], db_default="file"
                    ),
                ),
                ("parent_id", models.UUIDField(null=True)),
                ("name", models.TextField()),
                ("size", models.BigIntegerField(db_default=0)),
                ("sha256", models.BinaryField(null=True)),
                ("media_type", models.TextField(db_default="")),
                ("blob_id", models.UUIDField(null=True)),
                ("version", models.IntegerField(db_default=1)),
                ("added_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("trashed_at", models.DateTimeField(null=True)),
                ("trashed_with", models.UUIDField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
                (
                    "added_by",
                    models.ForeignKey(
                        db_column="added_by",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        db_column="changed_by",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "trashed_by",
                    models.ForeignKey(
                        db_column="trashed_by",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "db_table": "item",
                "indexes": [
                    models.Index(
                        models.F("account_id"),
                        models.OrderBy(models.F("added_at"), descending=True),
                        models.F("id"),
                        name="item_latest_first",
                    ),
                    models.Index(fields=["account_id", "parent_id", "name"], name="item_in_folder"),
                    models.Index(
                        condition=models.Q(("trashed_at__isnull", False)),
                        fields=["account_id", "trashed_with"],
                        name="item_trashed",
                    ),
                    models.Index(
                        condition=models.Q(("trashed_at__isnull", False)), fields=["trashed_at"], name="item_expiring"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["folder", "file", "document"])), name="item_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("blob_id", None), ("kind", "folder"), ("sha256", None)),
                            models.Q(
                                models.Q(("kind", "folder"), _negated=True),
                                ("blob_id__isnull", False),
                                ("sha256__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="item_has_a_blob_unless_it_is_a_folder",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("trashed_at", None), ("trashed_by", None), ("trashed_with", None)),
                            models.Q(
                                ("trashed_at__isnull", False),
                                ("trashed_by__isnull", False),
                                ("trashed_with__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="item_trashed_as_a_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "item_id", "tag", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("item_id", models.UUIDField()),
                ("tag", models.TextField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
            ],
            options={
                "db_table": "item_tag",
                "indexes": [models.Index(fields=["account_id", "tag", "item_id"], name="item_tag_found")],
            },
        ),
        migrations.CreateModel(
            name="Term",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "term",
                        "item_id",
                        "source",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("term", models.BigIntegerField()),
                ("item_id", models.UUIDField()),
                ("source", models.TextField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
            ],
            options={
                "db_table": "item_term",
                "indexes": [models.Index(fields=["account_id", "item_id"], name="item_term_of_item")],
            },
        ),
        # Django knows no foreign keys of two columns. What belongs to an item goes with it; what lies in a folder that
        # goes for good comes to the top.
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_item FOREIGN KEY (account_id, item_id)"
                " REFERENCES item (account_id, id) ON DELETE CASCADE",
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_of_item",
            )
            for table in (
                "item_key",
                "item_version",
                "blob",
                "item_tag",
                "item_comment",
                "item_data",
                "item_term",
                "share",
            )
        ),
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_share FOREIGN KEY (account_id, share_id)"
                " REFERENCES share (account_id, id) ON DELETE CASCADE",
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_of_share",
            )
            for table in ("share_secret", "share_opening", "share_use")
        ),
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_in_folder FOREIGN KEY (account_id, parent_id)"
                " REFERENCES item (account_id, id) ON DELETE SET NULL (parent_id)",
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_in_folder",
            )
            for table in ("item", "upload")
        ),
    ]
