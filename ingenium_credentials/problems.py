"""The sentences of `manage.py check`: for each id the condition, and what to do about it."""

from __future__ import annotations

from typing import NamedTuple

from django.core.checks import Error, Warning

__all__ = ["PROBLEMS", "Problem"]


class Problem(NamedTuple):
    """What one id says: the condition, and the remedy."""

    level: type[Error] | type[Warning]
    message: str
    hint: str


PROBLEMS = {
    "ingenium.E001": Problem(
        Error,
        "INGENIUM_BASE_URL is not set.",
        "Set it to the public root of the site, such as https://learn.example.org; it is signed.",
    ),
    "ingenium.E002": Problem(
        Error,
        "INGENIUM_BASE_URL does not begin with https:// ({value}).",
        "Use https; plain http is possible for localhost only, to try things out.",
    ),
    "ingenium.E003": Problem(
        Error,
        "INGENIUM_BASE_URL is more or less than scheme, host and port ({value}).",
        "Leave out path, query and user name, and write the host in small ASCII letters.",
    ),
    "ingenium.E004": Problem(
        Error,
        "INGENIUM_FORMATS names a format that does not exist ({value}).",
        "Known formats: {known}.",
    ),
    "ingenium.E005": Problem(
        Error, "INGENIUM_FORMATS is empty: nothing would be issued.", "Known formats: {known}."
    ),
    "ingenium.E006": Problem(
        Error,
        "INGENIUM_STATUS_LIST_LENGTH is too small ({value}).",
        "Use 131072 or more: in a short list, whoever asks for it can be told whom they check.",
    ),
    "ingenium.E007": Problem(
        Error,
        "INGENIUM_STATUS_LIST_LENGTH is not a multiple of 8 ({value}).",
        "The list is made of whole bytes; use 131072, 262144 and so on.",
    ),
    "ingenium.E008": Problem(
        Error, "{setting} is not a colour ({value}).", "Write it as # and six hexadecimal digits: #123c69."
    ),
    "ingenium.E009": Problem(
        Error,
        "{setting} is not a rate ({value}).",
        "Write number/period, with period one of sec, min, hour, day: 30/min.",
    ),
    "ingenium.E010": Problem(Error, "{setting} is not a positive number ({value}).", "Default: {default}."),
    "ingenium.E011": Problem(
        Error,
        "{problem}",
        "Install the package again, from a wheel or with plain 'pip install .'; do not change its files.",
    ),
    "ingenium.E012": Problem(
        Error,
        "INGENIUM_CONTEXTS_DIR: {problem}",
        "Remove the file, replace it by the published one, or name its address in index.json.",
    ),
    "ingenium.E018": Problem(
        Error,
        "INGENIUM_VOCABULARIES_DIR: {problem}",
        "Remove it, and take it again with: manage.py ingenium_vocabularies.",
    ),
    "ingenium.E013": Problem(
        Error,
        "INGENIUM_KEYS_DIR is not set, so new keys have no place.",
        "Set it to a folder with mode 0700 of the user that runs the site, outside the repository.",
    ),
    "ingenium.E014": Problem(
        Error, "INGENIUM_KEYS_DIR may be entered by others ({value}).", "Run: chmod 700 {value}"
    ),
    "ingenium.E015": Problem(
        Error, "INGENIUM_KEYS_DIR is not an absolute path of a folder ({value}).", "Correct the path."
    ),
    "ingenium.W001": Problem(
        Warning,
        "INGENIUM_DEMONSTRATION is on, on a public site ({value}).",
        "Switch it off unless every document shall say that it is a demonstration.",
    ),
    "ingenium.W002": Problem(
        Warning,
        "INGENIUM_STATUS_LIST_TTL_SECONDS is longer than half of INGENIUM_STATUS_LIST_VALID_DAYS.",
        "Verifiers would keep lists until they run out; shorten the one or lengthen the other.",
    ),
    "ingenium.W003": Problem(
        Warning,
        "INGENIUM_BRAND_INK is hard to read on white (contrast {value}).",
        "Choose a darker colour: WCAG asks for 4.5.",
    ),
    "ingenium.W004": Problem(
        Warning,
        "OPEN_EDX_FILTERS_CONFIG lacks this plugin's step: certificate pages link no credential.",
        "Let the plugin's production settings run after yours, or add the step {step}.",
    ),
    "ingenium.E016": Problem(
        Error,
        "INGENIUM_RECONCILE_HOUR is no hour of the day ({value}): nothing is compared at night.",
        "Use a whole number from 0 to 23, or None if another scheduler runs ingenium_reconcile.",
    ),
    "ingenium.E020": Problem(
        Error, "The private key {key} cannot be used: {problem}", "Restore it from the backup, or rotate."
    ),
    "ingenium.E021": Problem(
        Error, "The private key {key} may be read or changed by others.", "Run: chmod 600 {path}"
    ),
    "ingenium.E022": Problem(
        Error,
        "The private key {key} is not the one that the issuer publishes.",
        "Restore the right file from the backup, or rotate: manage.py ingenium_keys rotate {issuer}",
    ),
    "ingenium.E023": Problem(
        Error,
        "The DID of issuer {issuer} does not match this site ({did}).",
        "Set INGENIUM_BASE_URL back, or change the DID to {expected} if nothing was issued under it.",
    ),
    "ingenium.E024": Problem(
        Error,
        "The DID of issuer {issuer} is not a did:web name ({did}).",
        "Verifiers must find its keys: use {expected}.",
    ),
    "ingenium.E025": Problem(
        Error,
        "Issuer {issuer} has no valid key for {use}.",
        "Run: manage.py ingenium_keys create {issuer} --use {use}",
    ),
    "ingenium.E030": Problem(
        Error,
        "INGENIUM_TSA_URL is not an https address ({value}).",
        "Use the https address of a time-stamp authority (RFC 3161), or leave it empty.",
    ),
    "ingenium.E031": Problem(
        Error,
        "INGENIUM_SEAL_ANCHORS_DIR: {problem}",
        "Put PEM certificates or trust files of certificate authorities there, readable by the site.",
    ),
    "ingenium.E032": Problem(
        Error,
        "Issuer {issuer} has no sealing certificate in force, and INGENIUM_FORMATS names elm.",
        "Enter the certificate and the address of its key in the administration.",
    ),
    "ingenium.E033": Problem(
        Error,
        "The sealing certificate {certificate} cannot be used: {problem}",
        "Restore key and certificate from the backup, or enter the new ones.",
    ),
    "ingenium.W030": Problem(
        Warning,
        "The sealing certificate {certificate} expires on {day}.",
        "Order the next one now; seals of an expired one cannot be made.",
    ),
    "ingenium.W020": Problem(
        Warning,
        "INGENIUM_ENABLED is on, but no issuer is active: nothing can be awarded.",
        "Enter an issuer in the administration, then run: manage.py ingenium_keys create ISSUER",
    ),
    "ingenium.W021": Problem(
        Warning,
        "The DID of issuer {issuer} belongs to another site ({did}).",
        "Publish the document of /ingenium/issuers/{issuer}/did.json at {url} whenever keys change.",
    ),
}
