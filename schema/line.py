"""Lines: the phone numbers a customer uses. A line belongs to no single system, so its parts carry their sources."""

import strawberry
from strawberry import federation

from schema.field import field
from schema.policy import DataClass, Form, governed
from schema.scalars import Msisdn
from schema.source import Ref


@governed(DataClass.PERSONAL, "line:read")
@federation.type(keys=["id", "msisdn"], description="A phone number in use and everything that hangs on it.")
class Line:
    """A line. Only its number is known here; each edge asks the one system that it needs."""

    ref: strawberry.Private[Ref]
    msisdn: Msisdn = field("The line's number with country code.", personal=Form.NUMBER)
