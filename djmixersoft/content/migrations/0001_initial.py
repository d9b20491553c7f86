"""The tables of this app, as they began."""

import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("people", "0001_initial"),
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
            name="Item",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID())),
                ("name", models.TextField()),
                ("size", models.BigIntegerField()),
                ("sha256", models.BinaryField()),
                ("media_type", models.TextField()),
                ("added_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
                (
                    "added_by",
                    models.ForeignKey(
                        db_column="added_by", on_delete=django.db.models.deletion.DO_NOTHING, to="people.person"
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
                    )
                ],
            },
        ),
        # Django knows no foreign key of two columns. A key goes with its item.
        migrations.RunSQL(
            "ALTER TABLE item_key ADD CONSTRAINT item_key_of_item FOREIGN KEY (account_id, item_id)"
            " REFERENCES item (account_id, id) ON DELETE CASCADE",
            "ALTER TABLE item_key DROP CONSTRAINT item_key_of_item",
        ),
    ]
