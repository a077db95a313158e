"""What has been completed in the LMS is news, too."""

from django.db import migrations, models

_KINDS = [
    ("passing", "Passing"),
    ("grade", "Grade"),
    ("certificate", "Certificate"),
    ("enrolment", "Enrolment"),
    ("completion", "Completion"),
    ("farewell", "End of the account"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("ingenium_credentials", "0016_fetching"),
    ]

    operations = [
        migrations.AlterField(
            model_name="incomingnews",
            name="kind",
            field=models.CharField(choices=_KINDS, max_length=11, verbose_name="kind"),
        ),
    ]
