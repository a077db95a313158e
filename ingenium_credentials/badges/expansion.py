"""JSON-LD expansion with pinned contexts only; what expansion would drop is refused.

Hides PyLD. PyLD has no safe mode, fetches what it does not know, resolves relative
identifiers against a made-up base and processes the same scoped contexts anew for each
document. Here it gets no base, a resolver that knows pinned contexts only, a memory for
processed contexts, and a budget for processing them.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen
from pyld import jsonld

from . import contexts as pinned
from .errors import CredentialError, MalformedCredential, UndefinedTerm, UnknownContext, WorkLimitExceeded

__all__ = ["PINNED_CONTEXTS", "Coerced", "Contexts", "expand", "meanings"]

MAX_DEFINITIONS = 2_000
"""Term definitions that one document may make PyLD process: about 20 ms."""

MAX_REMEMBERED = 256
"""Processed contexts kept for each thread."""

_MODE = "json-ld-1.1"


class Contexts:
    """The JSON-LD contexts that may be used: the pinned ones and what the caller hands in.

    `extra` maps a URL to the bytes of its context. A URL with a known hash is accepted
    with those bytes only; anything wrong raises `MalformedCredential`. Nothing is ever
    fetched: a URL that is not here raises `UnknownContext` when a document names it.
    """

    def __init__(self, extra: Mapping[str, bytes] | None = None) -> None:
        self._extra = {url: _checked(url, content) for url, content in (extra or {}).items()}
        # PyLD's structures are mutable and not safe to share, so each thread has its own.
        self._local = threading.local()

    def __contains__(self, url: object) -> bool:
        """Whether the context of this URL is known here."""
        return url in self._extra or url in pinned.PINNED

    def document(self, url: str) -> dict[str, Any]:
        """A fresh copy of the context document; `UnknownContext` if it is not here."""
        content = self._extra.get(url)
        if content is None:
            content = _pinned_bytes(url)
        document: dict[str, Any] = json.loads(content)
        return document

    def memory(self) -> Memory:
        """What this thread has processed so far."""
        memory: Memory | None = getattr(self._local, "memory", None)
        if memory is None:
            memory = self._local.memory = Memory(self)
        return memory


def expand(document: dict[str, Any], contexts: Contexts) -> list[Any]:
    """Expand a document that `measure` has passed; raise for every member that would be dropped.

    Relative identifiers come out as they went in. Whatever PyLD raises becomes
    `MalformedCredential`, `UndefinedTerm`, `UnknownContext` or `WorkLimitExceeded`.
    """
    return _expanded(_Processor(contexts.memory()), document)


def meanings(document: dict[str, Any], contexts: Contexts) -> set[tuple[str, str]]:
    """Every name of a member and of a type in a document, with what it means there: an IRI or keyword.

    Raises as `expand` does.
    """
    listing = _Listing(contexts.memory())
    _expanded(listing, document)
    return listing.meanings


def _expanded(processor: _Processor, document: dict[str, Any]) -> list[Any]:
    try:
        expanded: list[Any] = processor.expand(
            document,
            {
                "base": None,
                "contextResolver": processor,
                "documentLoader": _refuse_to_load,
                "processingMode": _MODE,
            },
        )
    except RecursionError as error:
        raise WorkLimitExceeded("The document is nested more deeply than any credential.") from error
    except Exception as error:
        # PyLD lets KeyError, TypeError and others through on malformed contexts.
        raise _as_ours(error) from error
    return expanded


class Coerced(dict[str, Any]):
    """A value object made from one plain JSON value: its type or language is the context's."""


@frozen
class ResolvedContext:
    """One context document as PyLD asks for it; what comes of it is remembered elsewhere."""

    document: Any

    def get_processed(self, _active: Mapping[str, Any]) -> None:
        """Nothing: a hit here would make the cost of a document depend on those before it."""

    def set_processed(self, _active: Mapping[str, Any], _processed: Any) -> None:
        """Forget it."""


@frozen
class Processed:
    """An active context, and the term definitions that it cost to make."""

    active: Mapping[str, Any]
    cost: int


class Memory:
    """Pinned contexts as one thread has loaded and processed them."""

    def __init__(self, contexts: Contexts) -> None:
        self._contexts = contexts
        self._by_url: dict[str, list[Any]] = {}
        self._pinned_objects: set[int] = set()
        self._stable: set[str] = set()
        self.processed: dict[tuple[Any, ...], Processed] = {}
        """What depends on pinned contexts alone, by where it came from."""

    def entries(self, url: str) -> list[Any]:
        """The entries of the `@context` array behind a URL."""
        entries = self._by_url.get(url)
        if entries is None:
            context = self._contexts.document(url).get("@context")
            entries = context if isinstance(context, list) else [context]
            self._mark(entries)
            self._by_url[url] = entries
        return entries

    def is_stable(self, active: Mapping[str, Any], entries: list[Any]) -> bool:
        """Whether no document had a part in an active context nor in what is applied to it."""
        return active["_uuid"] in self._stable and all(
            not isinstance(entry, dict | list) or id(entry) in self._pinned_objects for entry in entries
        )

    def remember(self, key: tuple[Any, ...], processed: Processed) -> None:
        """Keep an active context for the documents to come."""
        if len(self.processed) >= MAX_REMEMBERED:
            self.processed.clear()
            self._stable.clear()
        self.processed[key] = processed
        self._stable.add(processed.active["_uuid"])

    def start_from(self, active: Mapping[str, Any]) -> None:
        """Name the active context that every document begins with."""
        self._stable.add(active["_uuid"])

    def _mark(self, value: Any) -> None:
        # The objects live as long as this memory, so that their id() names them.
        if isinstance(value, dict):
            self._pinned_objects.add(id(value))
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            self._mark(item)


class _Processor(jsonld.JsonLdProcessor):  # type: ignore[misc]
    """PyLD for one document. The overridden names are PyLD's own."""

    def __init__(self, memory: Memory) -> None:
        super().__init__(_refuse_dropped)
        self._memory = memory
        self._definitions_left = MAX_DEFINITIONS
        self._seen: dict[tuple[Any, ...], tuple[Processed, Any]] = {}
        self._expanded: dict[tuple[Any, ...], Any] = {}
        memory.start_from(self._get_initial_context({"processingMode": _MODE}))

    def resolve(
        self, active: Any, context: Any, base: Any, cycles: set[str] | None = None
    ) -> list[ResolvedContext]:
        """Stand in for PyLD's context resolver: pinned contexts and objects, nothing else."""
        if isinstance(context, dict) and "@context" in context:
            context = context["@context"]
        resolved: list[ResolvedContext] = []
        for entry in context if isinstance(context, list) else [context]:
            if isinstance(entry, str):
                self._charge(1)
                resolved += self.resolve(active, self._entries(entry, cycles), base, {*(cycles or ()), entry})
            else:
                resolved.append(self._resolved_entry(entry))
        return resolved

    def _entries(self, url: str, cycles: set[str] | None) -> list[Any]:
        if cycles and url in cycles:
            raise MalformedCredential("A context includes itself.")
        return self._memory.entries(url)

    def _resolved_entry(self, entry: Any) -> ResolvedContext:
        if entry is None or entry is False:
            return ResolvedContext(False)
        if not isinstance(entry, dict) or "@import" in entry:
            raise MalformedCredential("A context is neither an address nor an object that stands alone.")
        return ResolvedContext(entry)

    def _process_context(
        self,
        active_ctx: Any,
        local_ctx: Any,
        options: Any,
        override_protected: bool = False,
        propagate: bool = True,
        validate_scoped: bool = True,
        cycles: Any = None,
    ) -> Any:
        arguments = (active_ctx, local_ctx, options, override_protected, propagate, validate_scoped, cycles)
        # With `cycles`, PyLD tries out a scoped context on an unfinished active context.
        if cycles is not None or "_uuid" not in active_ctx:
            return self._process(*arguments)
        entries = local_ctx if isinstance(local_ctx, list) else [local_ctx]
        named = tuple(id(entry) if isinstance(entry, dict | list) else entry for entry in entries)
        key = (active_ctx["_uuid"], named, override_protected, propagate)
        if key not in self._seen:
            is_stable = self._memory.is_stable(active_ctx, entries)
            # The local context is kept too, so that its id() cannot be used again.
            self._seen[key] = (self._processed(key, is_stable, arguments), local_ctx)
        return self._seen[key][0].active

    def _processed(self, key: tuple[Any, ...], is_stable: bool, arguments: tuple[Any, ...]) -> Processed:
        remembered = self._memory.processed.get(key) if is_stable else None
        if remembered is not None:
            # Charged as if it were made now: what a document may do must not depend on others.
            self._charge(remembered.cost)
            return remembered
        before = self._definitions_left
        active = self._process(*arguments)
        processed = Processed(active, before - self._definitions_left)
        if is_stable and "_uuid" in active:
            self._memory.remember(key, processed)
        return processed

    def _process(self, active_ctx: Any, *arguments: Any) -> Any:
        self._charge(1 + len(active_ctx["mappings"]) // 16)
        return super()._process_context(active_ctx, *arguments)

    def _expand_iri(
        self,
        active_ctx: Any,
        value: Any,
        base: Any = None,
        vocab: Any = False,
        local_ctx: Any = None,
        defined: Any = None,
    ) -> Any:
        # A third of PyLD's time goes into expanding the same few names again and again.
        name = active_ctx.get("_uuid")
        if name is None or local_ctx is not None or not isinstance(value, str):
            return super()._expand_iri(active_ctx, value, base, vocab, local_ctx, defined)
        key = (name, value, base, vocab)
        if key not in self._expanded:
            self._expanded[key] = super()._expand_iri(active_ctx, value, base, vocab)
        return self._expanded[key]

    def _create_term_definition(self, *arguments: Any, **options: Any) -> None:
        self._charge(1)
        super()._create_term_definition(*arguments, **options)

    def _expand_object(
        self,
        active_ctx: Any,
        active_property: Any,
        expanded_property: Any,
        element: Any,
        *rest: Any,
        **options: Any,
    ) -> None:
        # Saying something again under another name changes no statement, so no signature.
        meanings = (self._expand_iri(active_ctx, name, None, True) for name in element if name != "@context")
        said = [meaning for meaning in meanings if meaning not in (None, "@nest")]
        if len(set(said)) < len(said):
            raise MalformedCredential("The document says one thing under two names.")
        super()._expand_object(active_ctx, active_property, expanded_property, element, *rest, **options)

    def _expand_value(self, *arguments: Any, **options: Any) -> Any:
        value = super()._expand_value(*arguments, **options)
        return Coerced(value) if isinstance(value, dict) and "@value" in value else value

    def _expand_language_map(self, *arguments: Any, **options: Any) -> Any:
        return [Coerced(value) for value in super()._expand_language_map(*arguments, **options)]

    def _expand_index_map(self, *arguments: Any, **options: Any) -> Any:
        raise MalformedCredential("The document uses an index map, whose keys the signature may not cover.")

    def _charge(self, units: int) -> None:
        self._definitions_left -= units
        if self._definitions_left < 0:
            raise WorkLimitExceeded("The contexts of the document cost more than those of any credential.")


class _Listing(_Processor):
    """PyLD for one document, writing down what each name means where it stands."""

    def __init__(self, memory: Memory) -> None:
        super().__init__(memory)
        self.meanings: set[tuple[str, str]] = set()

    def _expand_object(
        self,
        active_ctx: Any,
        active_property: Any,
        expanded_property: Any,
        element: Any,
        *rest: Any,
        **options: Any,
    ) -> None:
        self._list(active_ctx, (name for name in element if name != "@context"))
        types = element.get("type", ())
        # PyLD hands over last the context before the types brought theirs: types are read by it.
        before = options.get("type_scoped_ctx") or rest[-1]
        self._list(before, [types] if isinstance(types, str) else types)
        super()._expand_object(active_ctx, active_property, expanded_property, element, *rest, **options)

    def _list(self, active_ctx: Any, names: Iterable[Any]) -> None:
        for name in names:
            self.meanings.add((name, self._expand_iri(active_ctx, name, None, True) or ""))


def _refuse_dropped(name: str | None) -> None:
    # A term mapped to null, or one that looks like a keyword, has no name here.
    shown = f"member '{name[:60]}'" if name else "member with an unusable name"
    raise UndefinedTerm(f"The document has a {shown} that no context defines: it would not be signed.")


def _refuse_to_load(url: str, _options: Any) -> None:
    raise UnknownContext(f"The document refers to {url[:200]}, which is never fetched.")


def _as_ours(error: BaseException) -> CredentialError:
    code = None
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, CredentialError):
            return cause
        code = getattr(cause, "code", None) or code
        cause = cause.__cause__
    return MalformedCredential(f"The document is not sound JSON-LD ({code or 'invalid structure'}).")


def _pinned_bytes(url: str) -> bytes:
    pin = pinned.PINNED.get(url)
    if pin is None:
        raise UnknownContext(f"The JSON-LD context {url[:200]} is not known here, and none is ever fetched.")
    try:
        return pinned.read(pin)
    except (OSError, ValueError) as error:
        raise UnknownContext(f"The JSON-LD context {url} was not installed intact: {error}.") from error


def _checked(url: str, content: bytes) -> bytes:
    known = set(pinned.KNOWN_HASHES.get(url, ()))
    if url in pinned.PINNED:
        known.add(pinned.PINNED[url].sha256)
    if known and hashlib.sha256(content).hexdigest() not in known:
        raise MalformedCredential(f"What was handed in as the context {url} has other bytes.")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise MalformedCredential(f"What was handed in as the context {url} is not JSON.") from error
    if not isinstance(document, dict) or "@context" not in document:
        raise MalformedCredential(f"What was handed in as the context {url} is not a JSON-LD context.")
    return content


PINNED_CONTEXTS = Contexts()
"""The contexts that come with the package, and no others."""
