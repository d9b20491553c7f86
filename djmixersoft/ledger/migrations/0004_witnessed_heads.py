"""The last head of each log that a witness has signed over."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_actor"),
    ]

    operations = [
        migrations.AddField(
            model_name="log",
            name="witnessed_checkpoint",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="log",
            name="witnessed_head_index",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="log",
            name="witnessed_size",
            field=models.BigIntegerField(db_default=0),
        ),
    ]
