"""The one family of errors of the credential library.

Whatever hostile input can set off comes out as a member of it. The message is a
sentence for a person; it never quotes key material or a learner's data.
"""


class CredentialError(Exception):
    """Something about a credential, key or document is not as it must be."""


class MalformedCredential(CredentialError):
    """The bytes are not a credential in any carrier or format known here."""


class UndefinedTerm(MalformedCredential):
    """A member would not be covered by the signature: JSON-LD drops it."""


class WorkLimitExceeded(CredentialError):
    """The input would cost more work than any genuine credential does."""


class ProofError(CredentialError):
    """A proof or signature does not fit the document, the key or the issuer."""


class StatusError(CredentialError):
    """A status list or status entry is not what its specification demands."""


class UnusableKey(CredentialError):
    """A key URI cannot be opened, or the key is not of the needed kind."""


class CannotCheck(CredentialError):
    """Nothing is proven either way: the means to check are missing here."""


class UnknownContext(CannotCheck):
    """A JSON-LD context is not among the pinned ones; it is never fetched."""


class UnsupportedProof(CannotCheck):
    """The proof is of a kind that this library does not know."""


class NotResolved(CannotCheck):
    """An address that the check needs could not be resolved."""


class UnwritableRecord(CredentialError):
    """A record lacks, or holds in a wrong form, what a format must say."""


class UnknownCode(UnwritableRecord):
    """A code or IRI is not, or no longer, in the published vocabulary.

    `nearest` holds the IRIs of the concepts that were probably meant, the likeliest first.
    """

    def __init__(self, message: str, *, nearest: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.nearest = nearest
