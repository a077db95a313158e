from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingenium_credentials', '0012_turns'),
    ]

    operations = [
        migrations.AddField(
            model_name='achievement',
            name='drawn_from',
            field=models.CharField(blank=True, default='', editable=False, max_length=64, verbose_name='SHA-256 of what the pictures show'),
        ),
    ]
