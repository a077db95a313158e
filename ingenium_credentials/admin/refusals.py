"""A verb that refuses while a form is saved: its sentence is shown, and nothing is saved."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from .. import api
from ..badges.errors import CredentialError
from .bases import ModelAdmin

__all__ = ["RefusalsAsMessages"]


class RefusalsAsMessages(ModelAdmin):
    """A `ModelAdmin` whose saving goes through a verb."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form or save it; a refusal leads back to the form."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except (api.NotAllowed, CredentialError) as error:
            # The transaction is rolled back by then.
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
