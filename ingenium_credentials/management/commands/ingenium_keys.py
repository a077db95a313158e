"""Make, rotate, list and end the keys of issuers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandError, CommandParser

from ... import api
from ...badges.errors import CredentialError
from ...badges.public_keys import Algorithm
from ...models import Issuer, SigningKey
from ..writing import WritingCommand

USES = SigningKey.Use.values


class Command(WritingCommand):
    help = "Make, rotate and list the keys of an issuer; retire one, or publish it as compromised."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("action", choices=ACTIONS)
        parser.add_argument("name", nargs="?", default="", help="ISSUER; retire, compromised: ISSUER#KEY")
        parser.add_argument("--use", choices=USES, help="proof or jwt only; default: both")
        parser.add_argument("--algorithm", type=Algorithm, help="Ed25519, P-256, P-384 or RSA")
        parser.add_argument("--uri", help="a key that exists: file:, env: or pkcs11:; needs --use")
        parser.add_argument("--reason", default="", help="compromised: for the audit log")

    def handle(self, *_args: Any, action: str, name: str, **options: Any) -> None:
        if (options["uri"] or options["algorithm"]) and not options["use"]:
            raise CommandError("Say with --use what the key is for.")
        try:
            for key in ACTIONS[action](name, options):
                self.stdout.write(
                    f"{key.issuer.slug}#{key.fragment}  {key.use}  {key.algorithm}  {_state(key)}"
                )
                self.stdout.write(f"  {key.uri}")
        except (CredentialError, Issuer.DoesNotExist) as error:
            raise CommandError(str(error)) from error


def _create(name: str, options: dict[str, Any]) -> Iterable[SigningKey]:
    wanted = {option: options[option] for option in ("use", "algorithm", "uri")}
    made = api.provide_keys(Issuer.objects.get(slug=name), **wanted)
    if not made:
        raise CommandError(f"The issuer has its keys. To replace them: manage.py ingenium_keys rotate {name}")
    return made


def _rotate(name: str, options: dict[str, Any]) -> Iterable[SigningKey]:
    issuer = Issuer.objects.get(slug=name)
    wanted = {option: options[option] for option in ("algorithm", "uri")}
    return [api.rotate(issuer, use, **wanted) for use in ([options["use"]] if options["use"] else USES)]


def _list(name: str, _options: dict[str, Any]) -> Iterable[SigningKey]:
    keys = SigningKey.objects.select_related("issuer").order_by("issuer__slug", "id")
    return keys.filter(issuer__slug=name) if name else keys


def _retire(name: str, _options: dict[str, Any]) -> Iterable[SigningKey]:
    return [api.retire(api.key_named(name))]


def _compromised(name: str, options: dict[str, Any]) -> Iterable[SigningKey]:
    return [api.mark_compromised(api.key_named(name), reason=options["reason"])]


ACTIONS = {
    "create": _create,
    "rotate": _rotate,
    "list": _list,
    "retire": _retire,
    "compromised": _compromised,
}


def _state(key: SigningKey) -> str:
    if key.compromised_at:
        return f"compromised {key.compromised_at:%Y-%m-%d}"
    return f"retired {key.retired_at:%Y-%m-%d}" if key.retired_at else "signs"
