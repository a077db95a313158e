"""Addresses of the plugin."""

from django.urls import URLPattern, URLResolver

app_name = "ingenium_credentials"
urlpatterns: list[URLPattern | URLResolver] = []
