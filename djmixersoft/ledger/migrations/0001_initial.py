"""The tables of this app, as they began."""

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Cosignature",
            fields=[
                ("witness", models.TextField(primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
                ("checkpoint", models.BinaryField()),
                ("line", models.TextField()),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "ledger_cosignature",
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("log_id", models.UUIDField()),
                ("account_id", models.UUIDField(null=True)),
                ("person_id", models.UUIDField(null=True)),
                ("entry", models.BinaryField(null=True)),
                ("salt", models.BinaryField(null=True)),
                ("leaf", models.BinaryField()),
            ],
            options={
                "db_table": "ledger_entry",
                "indexes": [models.Index(fields=["log_id", "id"], name="ledger_entry_of_log")],
            },
        ),
        migrations.CreateModel(
            name="Heads",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("key", models.TextField()),
                ("size", models.BigIntegerField()),
                ("edge", models.BinaryField()),
                ("checkpoint", models.BinaryField()),
                ("sealed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("trouble", models.TextField(db_default="")),
                ("checked_at", models.DateTimeField(null=True)),
                ("damage", models.IntegerField(db_default=0)),
            ],
            options={
                "db_table": "ledger_heads",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="ledger_heads_one_row"),
                    models.CheckConstraint(
                        condition=models.Q(("trouble__in", ["", "forked", "altered"])), name="ledger_trouble"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeadsLeaf",
            fields=[
                ("index", models.BigIntegerField(primary_key=True, serialize=False)),
                ("hash", models.BinaryField()),
            ],
            options={
                "db_table": "ledger_heads_leaf",
            },
        ),
        migrations.CreateModel(
            name="HeadsNode",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level", "index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.SmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
            options={
                "db_table": "ledger_heads_node",
            },
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "log_id", "index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("log_id", models.UUIDField()),
                ("index", models.BigIntegerField()),
                ("account_id", models.UUIDField(null=True)),
                ("person_id", models.UUIDField(null=True)),
                ("hash", models.BinaryField()),
                ("entry_id", models.BigIntegerField(unique=True)),
            ],
            options={
                "db_table": "ledger_leaf",
            },
        ),
        migrations.CreateModel(
            name="Log",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.UUIDField(null=True, unique=True)),
                ("person_id", models.UUIDField(null=True, unique=True)),
                ("origin", models.TextField(unique=True)),
                ("size", models.BigIntegerField(db_default=0)),
                ("edge", models.BinaryField(db_default=b"")),
                ("checkpoint", models.BinaryField(null=True)),
                ("head_index", models.BigIntegerField(null=True)),
                ("sealed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "ledger_log",
            },
        ),
        migrations.CreateModel(
            name="Node",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "log_id", "level", "index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("log_id", models.UUIDField()),
                ("level", models.SmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("account_id", models.UUIDField(null=True)),
                ("person_id", models.UUIDField(null=True)),
                ("hash", models.BinaryField()),
            ],
            options={
                "db_table": "ledger_node",
            },
        ),
        migrations.CreateModel(
            name="Waiting",
            fields=[
                ("entry_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("log_id", models.UUIDField()),
                ("hash", models.BinaryField()),
            ],
            options={
                "db_table": "ledger_waiting",
            },
        ),
    ]
