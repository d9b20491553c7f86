"""Word that whoever asked for access answered what an Administrator asked back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mail", "0006_approval_key_ending")]

    operations = [
        migrations.RemoveConstraint(model_name="mailmessage", name="mail_message_closed_list"),
        migrations.AddConstraint(
            model_name="mailmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    template__in=[
                        "confirm-registration",
                        "already-registered",
                        "reset-password",
                        "password-changed",
                        "confirm-email",
                        "email-change-asked",
                        "email-changed",
                        "invitation",
                        "content-damaged",
                        "contact-confirm",
                        "contact-received",
                        "contact-answered",
                        "access-requested",
                        "access-answered",
                        "approval-key-ending",
                    ]
                ),
                name="mail_message_closed_list",
            ),
        ),
    ]
