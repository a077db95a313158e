"""In which language a visitor reads: the browser's, until they choose another one.

The choice is Django's own cookie, so the LMS's pages follow it too. Setting it is a POST,
because a link would be followed by whoever fetches pages ahead.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, get_language_info
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ..typesetting import languages

__all__ = ["choose_language", "offered"]


def offered() -> list[tuple[str, str]]:
    """The alliance's languages that the site has: code, and name in the language itself."""
    there = dict(settings.LANGUAGES)
    return sorted(
        ((code, get_language_info(code)["name_local"].capitalize()) for code in languages() if code in there),
        key=lambda language: language[1].casefold(),
    )


# Without a token against forgery: whoever forges it changes the language of a page and nothing
# else, and public pages set no cookie for a token.
@csrf_exempt
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language that was chosen, and go back to the page on this site that it was chosen on."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("ingenium_credentials:verify")
    response = HttpResponseRedirect(back)
    code = request.POST.get("language", "")
    if code in dict(offered()) and check_for_language(code):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            path=settings.LANGUAGE_COOKIE_PATH,
            domain=settings.LANGUAGE_COOKIE_DOMAIN,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE or "Lax",
        )
    return response
