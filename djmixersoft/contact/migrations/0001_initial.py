"""Questions to the company and their threads."""

import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_witnesses"),
        ("people", "0003_terms_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="CannedReply",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), primary_key=True, serialize=False
                    ),
                ),
                ("title", models.TextField(unique=True)),
                ("text", models.TextField()),
                ("written_by", models.UUIDField()),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "canned_reply",
                "constraints": [
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Range(
                            django.db.models.functions.text.Length("text"), (1, 10000)
                        ),
                        name="canned_reply_length",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), primary_key=True, serialize=False
                    ),
                ),
                ("reference", models.TextField(unique=True)),
                ("topic", models.TextField()),
                ("email", models.TextField()),
                ("address_proven", models.BooleanField(db_default=False)),
                ("subject", models.TextField()),
                ("state", models.TextField(db_default="open")),
                ("assigned_to", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "updated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="accounts.account",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to="people.person"
                    ),
                ),
            ],
            options={
                "db_table": "ticket",
            },
        ),
        migrations.CreateModel(
            name="TicketDraft",
            fields=[
                ("token_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("topic", models.TextField()),
                ("email", models.TextField()),
                ("text", models.TextField()),
                ("expires", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "ticket_draft",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("topic__in", ["policy", "practices", "support", "legal", "other"])),
                        name="draft_topic",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Range(
                            django.db.models.functions.text.Length("text"), (1, 10000)
                        ),
                        name="draft_length",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TicketItem",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "ticket_id",
                        "item_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("item_id", models.UUIDField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="accounts.account",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to="people.person"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to="contact.ticket"
                    ),
                ),
            ],
            options={
                "db_table": "ticket_item",
            },
        ),
        migrations.CreateModel(
            name="TicketLink",
            fields=[
                ("token_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "ticket",
                    models.ForeignKey(
                        db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to="contact.ticket"
                    ),
                ),
            ],
            options={
                "db_table": "ticket_link",
            },
        ),
        migrations.CreateModel(
            name="TicketMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), primary_key=True, serialize=False
                    ),
                ),
                ("from_staff", models.UUIDField(null=True)),
                ("signature", models.TextField(db_default="")),
                ("text", models.TextField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to="people.person"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to="contact.ticket"
                    ),
                ),
            ],
            options={
                "db_table": "ticket_message",
            },
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["state", "updated_at"], name="ticket_inbox"),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(("topic__in", ["policy", "practices", "support", "legal", "other"])),
                name="ticket_topic",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "answered", "closed"])), name="ticket_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketmessage",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.Range(django.db.models.functions.text.Length("text"), (1, 10000)),
                name="ticket_message_length",
            ),
        ),
        # A thread goes as one; what names an account goes with it; and questions stay where whoever asked them goes.
        migrations.RunSQL(
            "ALTER TABLE ticket"
            " ADD CONSTRAINT ticket_person FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE SET NULL,"
            " ADD CONSTRAINT ticket_account FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE SET NULL;"
            "ALTER TABLE ticket_link"
            " ADD CONSTRAINT ticket_link_ticket FOREIGN KEY (ticket_id) REFERENCES ticket (id) ON DELETE CASCADE;"
            "ALTER TABLE ticket_message"
            " ADD CONSTRAINT ticket_message_ticket FOREIGN KEY (ticket_id) REFERENCES ticket (id) ON DELETE CASCADE,"
            " ADD CONSTRAINT ticket_message_person FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE SET NULL;"
            "ALTER TABLE ticket_item"
            " ADD CONSTRAINT ticket_item_account FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE,"
            " ADD CONSTRAINT ticket_item_ticket FOREIGN KEY (ticket_id) REFERENCES ticket (id) ON DELETE CASCADE,"
            " ADD CONSTRAINT ticket_item_person FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE SET NULL",
            migrations.RunSQL.noop,
        ),
    ]
