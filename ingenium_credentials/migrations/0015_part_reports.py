"""Since when a part of a course has sufficed is remembered, told by imports and seen in the LMS apart."""

from django.db import migrations, models

_FIELDS = ("learner_id", "course_id", "kind", "key", "seen")


class Migration(migrations.Migration):
    dependencies = [
        ("ingenium_credentials", "0014_incoming_news"),
    ]

    operations = [
        migrations.AddField(
            model_name="partresult",
            name="reports",
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
        migrations.AddField(
            model_name="partresult",
            name="seen",
            field=models.BooleanField(default=False, verbose_name="seen in the LMS"),
        ),
        migrations.RemoveConstraint(model_name="partresult", name="ingenium_part_result_once"),
        migrations.AddConstraint(
            model_name="partresult",
            constraint=models.UniqueConstraint(fields=_FIELDS, name="ingenium_part_once"),
        ),
    ]
