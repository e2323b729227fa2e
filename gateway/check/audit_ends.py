"""Whether the chains of the audit that were written to last end as they were witnessed. Pure, and quick."""

from collections.abc import Sequence
from typing import Final

from gateway.audit.chain import Witnessed
from gateway.audit.secrets import Secrets
from gateway.audit.verify import is_ours
from gateway.check.rows import Finding, State

ENDS: Final = """
SELECT h.chain, h.length, h.hash, h.at_us, h.signature, coalesce(r.hash, c.hash)
FROM audit_heads h LEFT JOIN audit_records r ON r.chain = h.chain AND r.seq = h.length
LEFT JOIN audit_cuts c ON c.chain = h.chain AND c.length = h.length
ORDER BY h.at_us DESC LIMIT 100
"""
"""For both databases: each head, and the hash of what stands where it says that its chain ends."""

End = tuple[Witnessed, object]

_VERIFY = "Run `switchboard audit verify`, which tells what is wrong with which record."


def finding(ends: Sequence[End], secrets: Secrets) -> Finding:
    """What to say of *ends*: the worst of it."""
    strange = [head for head, _ in ends if not secrets.knows(head.signature)]
    ours = [(head, last) for head, last in ends if secrets.knows(head.signature)]
    if any(not is_ours(head, secrets) or last != head.head.hash for head, last in ours):
        return Finding("It takes records, and a chain does not end as it was witnessed.", _VERIFY)
    if strange:
        why = f"It takes records, and {len(strange)} chains are signed with a secret that is not in `audit.secrets`."
        return Finding(why, "Name that secret there as well, behind the one that is to write.", State.WARNING)
    there = f"the last {len(ends)} chains end as they were witnessed" if ends else "there are none yet"
    return Finding(f"It takes records; {there}.", state=State.OK)
