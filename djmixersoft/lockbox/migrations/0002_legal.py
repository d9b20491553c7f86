"""Accesses under a legal process."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lockbox", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="grant",
            name="access_grant_basis",
        ),
        migrations.RemoveConstraint(
            model_name="readinguse",
            name="reading_use_what",
        ),
        migrations.RemoveIndex(
            model_name="request",
            name="access_request_forgotten",
        ),
        migrations.AddField(
            model_name="grant",
            name="process_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="grant",
            name="tells_first",
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddField(
            model_name="grantitem",
            name="process_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="notice",
            name="process_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="reading",
            name="process_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="readinguse",
            name="process_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="request",
            name="forget_from",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), null=True),
        ),
        migrations.AlterField(
            model_name="grant",
            name="basis",
            field=models.TextField(
                choices=[("approval", "Approval"), ("after-notice", "After Notice"), ("legal", "Legal")]
            ),
        ),
        migrations.AlterField(
            model_name="readinguse",
            name="what",
            field=models.TextField(
                choices=[
                    ("shown", "shown on a page"),
                    ("played", "played"),
                    ("downloaded", "downloaded"),
                    ("disclosed", "disclosed to an authority"),
                ]
            ),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(fields=["process_id"], name="access_grant_of_process"),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(fields=["forget_from"], name="access_request_forgotten"),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_by__isnull", False), ("basis", "approval")),
                    models.Q(("approved_by", None), ("basis", "after-notice"), ("process_id", None)),
                    models.Q(("approved_by", None), ("basis", "legal"), ("process_id__isnull", False)),
                    _connector="OR",
                ),
                name="access_grant_basis",
            ),
        ),
        migrations.AddConstraint(
            model_name="readinguse",
            constraint=models.CheckConstraint(
                condition=models.Q(("what__in", ["shown", "played", "downloaded", "disclosed"])),
                name="reading_use_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(("process_id", None), ("forget_from", None), _connector="OR"),
                name="access_request_of_process",
            ),
        ),
    ]
