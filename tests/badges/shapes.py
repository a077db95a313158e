"""The Commission's shapes and contexts, applied to documents; skips where they are not at hand."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ingenium_credentials.badges import elm_terms
from ingenium_credentials.badges.elm import Profile
from ingenium_credentials.badges.jsonld import Contexts, to_quads
from ingenium_credentials.badges.rdfc import Term
from ingenium_credentials.badges.sealable import MAX_VALUES

CHECKOUT = Path(__file__).parents[2]
DATA = Path(os.environ.get("INGENIUM_CONFORMANCE_DATA") or CHECKOUT.parent / "shared" / "data") / "elm"
ELM = "http://data.europa.eu/snb/model/elm/"
_BASE = ("EDC-generic-no-cv.ttl", "EDC-generic-full.ttl")
_OWN = {Profile.ACCREDITED: "EDC-accredited.ttl", Profile.MANDATED: "EDC-issuedByMandate.ttl"}


def demand_data() -> None:
    """Skip where the shapes are absent, and without the programs that apply them (but not under CI)."""
    if not (DATA / "shapes").is_dir():
        pytest.skip("the Commission's shapes are not here; INGENIUM_CONFORMANCE_DATA names their folder")
    if not os.environ.get("CI"):
        pytest.importorskip("rdflib", reason="the extra 'conformance' (pyshacl, rdflib) is not installed")
        pytest.importorskip("pyshacl", reason="the extra 'conformance' (pyshacl, rdflib) is not installed")


@functools.cache
def contexts() -> Contexts:
    """The two contexts of an EDC."""
    files = ("credentials-v1.jsonld", "edc-ap-3.2.jsonld")
    return Contexts(
        {
            url: (DATA / "context" / name).read_bytes()
            for url, name in zip(elm_terms.CONTEXTS, files, strict=True)
        }
    )


def graph_of(document: Mapping[str, Any]) -> Any:
    """The statements of a document, in safe mode: nothing is dropped.

    Of `credentialStatus` only what the contexts define; the seal covers the rest.
    """
    import rdflib

    known = dict(document)
    if "credentialStatus" in known:
        known["credentialStatus"] = {"id": known["credentialStatus"]["id"], "type": "CredentialStatus"}
    graph = rdflib.Graph()
    for quad in to_quads(known, contexts=contexts(), max_values=MAX_VALUES):
        assert quad.graph is None
        graph.add((_term(quad.subject), _term(quad.predicate), _term(quad.object)))
    return graph


@functools.cache
def shapes(profile: Profile = Profile.GENERIC) -> Any:
    """The shapes of a profile, read once; what they import is given here instead."""
    import rdflib

    graph = rdflib.Graph()
    for name in (*_BASE, *([_OWN[profile]] if profile in _OWN else [])):
        graph.parse(DATA / "shapes" / name, format="turtle")
    graph.remove((None, rdflib.OWL.imports, None))
    return graph


def violations(document: Mapping[str, Any], profile: Profile = Profile.GENERIC) -> set[str]:
    """The paths that the shapes find at fault; the graph is known to hold a credential, all of it named."""
    import rdflib

    graph = graph_of(document)
    # Shapes conform on a graph that holds nothing.
    assert (None, rdflib.RDF.type, rdflib.URIRef(ELM + "EuropeanDigitalCredential")) in graph
    assert not any(isinstance(term, rdflib.BNode) for triple in graph for term in triple)
    return faults(graph, profile)


def faults(graph: Any, profile: Profile = Profile.GENERIC) -> set[str]:
    """The paths that the shapes find at fault in a graph, whatever it holds."""
    import pyshacl
    import rdflib

    conforms, report, _text = pyshacl.validate(
        graph, shacl_graph=shapes(profile), inference="none", do_owl_imports=False
    )
    paths = {str(path) for path in report.objects(None, rdflib.SH.resultPath)}
    assert bool(conforms) is not bool(paths)
    return {path.rsplit("/", 1)[-1].rsplit("#", 1)[-1] for path in paths}


def _term(term: Term) -> Any:
    import rdflib

    if term.kind == "iri":
        return rdflib.URIRef(term.value)
    if term.kind == "blank":
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype))
