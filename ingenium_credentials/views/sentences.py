"""Sentences of the library that have a translation, so that translators find them.

The library speaks English and knows nothing of languages. What it says often stands here
word for word; dates and counts are placeholders. Anything else is shown in English.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

__all__ = ["SENTENCES"]

SENTENCES = (
    _("The file is a PNG picture with a credential inside."),
    _("The file is an SVG picture with a credential inside."),
    _("The file is a JSON document."),
    _("The file is a JSON Web Token."),
    _("The file is empty."),
    _("The file is larger than any credential is."),
    _("The file is no credential: neither JSON, JWT, PNG, SVG nor PDF."),
    _("The picture holds no credential. Some programs remove it; ask for the original file."),
    _("The PNG picture is cut off."),
    _("The PNG picture is damaged: a checksum does not fit."),
    _("The SVG picture is not well-formed XML."),
    _("The text can be read without ambiguity."),
    _("The document is not well-formed JSON."),
    _("The document is not a JSON object."),
    _("The document says two things about the same member."),
    _("The document is nested more deeply than any credential."),
    _("The document has more members or levels than any genuine credential."),
    _("The document is built like an Open Badge 3.0."),
    _("The document is built like a verifiable credential."),
    _("The document is built like a verifiable presentation."),
    _("The document is not a verifiable credential by its type."),
    _("The first @context is not the W3C credentials context."),
    _("The key is in force."),
    _("The key is retired by now; it was in force on the date of the signature."),
    _("The key was found compromised; nothing that it signed can be relied on."),
    _("The key had been retired before the date of the signature."),
    _("The signature fits the document."),
    _("The signature does not fit the document and the key."),
    _("The signature could not be checked without a key."),
    _("The credential is not signed."),
    _("The document has no proof, or something else in its place."),
    _("The token is not signed with a public key."),
    _("The key belongs to the issuer that the document names."),
    _("The key is published by the issuer that the document names."),
    _("The document was signed by somebody else than the issuer it names."),
    _("The issuer is not one of this site's, and this site does not ask other sites."),
    _("The credential has been valid since %(day)s."),
    _("The credential names no day on which it begins to be valid."),
    _("The credential is not valid before %(day)s."),
    _("The credential is valid until %(day)s."),
    _("The credential has no end date."),
    _("The credential expired on %(day)s."),
    _("The issuer's status list says nothing against it."),
    _("The issuer has revoked this credential."),
    _("The issuer has suspended this credential for the time being."),
    _("The credential has no status entry; its issuer cannot revoke it."),
    _("The status was not asked for, since the proof did not pass."),
    _("The copy of the status list that was found is out of date."),
    _("Every credential inside is valid (%(count)s)."),
    _("Not every credential inside is valid (%(count)s)."),
    _("Not every credential inside could be checked (%(count)s)."),
    _("Every endorsement inside is valid (%(count)s)."),
    _("Not every endorsement inside is valid (%(count)s)."),
    _("Not every university that is named has signed."),
    _("Awarded by %(some)s of %(all)s universities."),
    _("Awarded by %(some)s of %(all)s universities. Some signed the definition, once for all its awards."),
    _("Signed by %(some)s of %(all)s universities."),
    _("Signed by %(some)s of %(all)s universities. Some signed the definition, once for all its awards."),
    _("Awarded by %(some)s of %(all)s universities by their own signature; issued by mandate."),
    _(
        "Awarded by %(some)s of %(all)s universities by their own signature; "
        "for the others there is the issuer's word alone."
    ),
    _("The document has members that the European Learning Model does not define."),
    _("Not every endorsement inside could be checked (%(count)s)."),
    _("It was issued by us; the record was erased at the holder's request."),
    _("The check ended in a fault of this program."),
)
