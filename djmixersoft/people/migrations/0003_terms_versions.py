"""Versions of the Terms have no room for words."""

from django.db import migrations, models

_PATTERN = r"^[0-9A-Za-z.-]{1,40}$"


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_api_token"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(("terms_version__regex", _PATTERN)), name="terms_version_has_no_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="termsagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__regex", _PATTERN)), name="version_has_no_words"
            ),
        ),
    ]
