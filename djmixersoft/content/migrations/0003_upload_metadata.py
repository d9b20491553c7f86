"""What an upload's client said of it, to be told again (tus 1.0, HEAD), and what all of it must hash to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("content", "0002_arranging")]

    operations = [
        migrations.AddField(model_name="upload", name="metadata", field=models.TextField(db_default="")),
        migrations.AddField(model_name="upload", name="sha256", field=models.BinaryField(null=True)),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(condition=models.Q(size__gte=0), name="upload_has_a_size"),
        ),
    ]
