"""What the HLR holds of a line, by its GsmHlr field names; values are small integers, each field has its own."""

import random
from typing import Final

from sandbox.hss.messages import gsm
from sandbox.population import Line, PaymentMode
from sandbox.xmlwrite import Markup

SECRET: Final = "PWD-MUST-NOT-LEAVE-THE-HSS"  # noqa: S105 - bait, so that a leak can be seen.
"""What `pwd` holds, so that a client can prove it never reads it."""

_VOICEMAIL: Final = "999123"
_STYPE: Final = {PaymentMode.POSTPAID: 1, PaymentMode.PREPAID: 2, PaymentMode.HYBRID: 3}
_FIXED: Final = (
    ("csp", 1), ("cat", 10), ("schar", 5), ("obssm", 0), ("obopre", 1), ("obopri", 0), ("obrf", 0), ("osb2", 0),
    ("osb3", 0), ("osb4", 0), ("rsa", 0), ("clip", 1), ("clir", 2), ("hold", 1), ("dbsg", 1), ("ics", 0),
    ("ofa", 0), ("soclip", 1), ("soclir", 2), ("socb", 0), ("socfb", 1), ("socfrc", 1), ("socfu", 1), ("ts11", 1),
    ("ts21", 1), ("ts22", 1), ("bs26", 1), ("bs3g", 1), ("oick", 0), ("ocsist", 1), ("tcsist", 0), ("pdpcp", 1),
    ("prbt", 1), ("redmch", 1),
)  # fmt: skip


def subscription(line: Line) -> Markup:
    """GetResponseSubscription of a line."""
    draw = random.Random(line.key.imsi)
    fixed = [gsm(name, value) for name, value in _FIXED]
    return gsm(
        "getResponseSubscription",
        gsm("imsi", line.key.imsi),
        gsm("msisdn", line.msisdn),
        gsm("profileId", draw.randint(1, 9)),
        gsm("pwd", SECRET),
        gsm("nam", gsm("prov", 0), gsm("keep", 0)),
        gsm("stype", _STYPE[line.mode]),
        gsm("obo", 1 if line.barred else 0),
        gsm("obi", 1 if line.barred else 0),
        gsm("obr", draw.choice((0, 0, 1, 2))),
        fixed,
        _toggled("caw", active=draw.random() < 1 / 2),
        _forwarding("cfu", number=None),
        _forwarding("cfb", number=_VOICEMAIL if draw.random() < 1 / 4 else None),
        _forwarding("cfnrc", number=None),
        _forwarding("cfnry", number=_VOICEMAIL if draw.random() < 1 / 2 else None),
        [_apn(number) for number in (1, 20)],
    )


def _toggled(name: str, *, active: bool) -> Markup:
    return gsm(name, gsm("provisionState", 1), gsm("activationState", int(active)))


def _forwarding(name: str, *, number: str | None) -> Markup:
    """A call forwarding; one without a number is provisioned and off."""
    forward = gsm("fnum", number) if number else None
    return gsm(name, gsm("provisionState", 1), gsm("activationState", int(number is not None)), forward)


def _apn(number: int) -> Markup:
    return gsm("gprs", gsm("apnid", number))
