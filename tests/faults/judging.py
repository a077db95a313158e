"""Whether exactly the right awards exist at the end of a fault run, and each document says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from .plan import expected

__all__ = ["judge"]


def judge(learners: Mapping[int, int], seed: int) -> Counter[str]:
    """The counts for these learners (number and user id): what is right, what is there, what verifies."""
    from ingenium_credentials.conf import conf
    from ingenium_credentials.models import AuditEntry, Award

    right = {(learners[learner], slug) for learner, slug in expected(seed) if learner in learners}
    awards = Award.objects.filter(learner_id__in=learners.values())
    standing = awards.filter(state=Award.State.ISSUED)
    found = Counter(standing.values_list("learner_id", "definition"))
    uuids = {str(uuid) for uuid in awards.values_list("uuid", flat=True)}
    noted = Counter(
        AuditEntry.objects.filter(action="awarded", subject_id__in=uuids).values_list("subject_id")
    )
    revoked = awards.filter(state=Award.State.REVOKED)
    counts: Counter[str] = Counter(
        expected=len(right),
        standing=sum(found.values()),
        lost=len(right - found.keys()),
        wrong=len(found.keys() - right),
        double=sum(times > 1 for times in found.values()),
        documents_expected=len(right) * len(conf.FORMATS),
        valid=sum(verdict == "valid" for verdict in _verdicts(standing)),
        revoked=revoked.count(),
        awards=awards.count(),
        noted_once=sum(times == 1 for times in noted.values()),
    )
    counts["undecided"] = counts["awards"] - counts["standing"] - counts["revoked"]
    refusals = list(_verdicts(revoked))
    counts.update(revoked_documents=len(refusals), refused=refusals.count("not valid"))
    return counts


def _verdicts(awards: Any) -> Iterator[str]:
    """What an employer is told of each of their documents."""
    from ingenium_credentials import api
    from ingenium_credentials.models import Credential

    for body in Credential.objects.filter(award__in=awards).values_list("body", flat=True).iterator():
        yield api.verify(bytes(body)).verdict
