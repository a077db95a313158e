"""Django's classes as the type checker knows them: generic there, not at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin

__all__ = ["ModelAdmin", "ModelForm", "StackedInline", "TabularInline"]

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    ModelForm = forms.ModelForm[Any]
    StackedInline = admin.StackedInline[Any, Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin, ModelForm = admin.ModelAdmin, forms.ModelForm
    StackedInline, TabularInline = admin.StackedInline, admin.TabularInline
