"""Marks beside the fields of the graph. Which fields are personal is decided for each one, and written down here."""

from collections.abc import Iterator

from graphql import GraphQLField, GraphQLList, GraphQLObjectType, get_named_type, get_nullable_type, is_leaf_type

from resolvers.graph import build
from schema.field import PERSONAL, SIZE

NOT_PERSONAL = {
    "AccountCredit": "kind unlimited",
    "AccountPurse": "kind name",
    "Accumulator": "number value",
    "Balance": "kind name id",
    "Barring": "outgoing incoming roaming premiumInformation premiumEntertainment shortMessages",
    "Bill": "id status issuedAt dueAt",
    "BillingAccount": "id paymentMode currency",
    "BillLine": "number category chargeCode",
    "CallForwarding": "condition provisioned active",
    "Characteristic": "name",
    "ContactMedium": "mediumType contactType preferred",
    "CreditProfile": "judgedAt",
    "Customer": "id status statusReason",
    "Line": "id",
    "Money": "amount currency",
    "NetworkProfile": "profileId subscriberType apns locked",
    "NetworkService": "name state",
    "Offering": "offeringId primary status effectiveFrom expiresAt",
    "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
    "Party": "kind",
    "Payment": "id paidAt method channel status",
    "PrepaidAccount": "serviceClass language activatedAt active refillBarred temporarilyBlocked supervisionExpiresAt "
    "serviceFeeExpiresAt removalAt",
    "PrepaidOffer": "offerId",
    "Quantity": "value unit",
    "Recharge": "id rechargedAt result kind voucherBatch",
    "Source": "system operation fetchedAt ageSeconds freshness",
    "Subscriber": "status paymentMode brand activatedAt",
    "TimePeriod": "start end",
    "Total": "complete",
    "_Service": "sdl",
}
"""Leaves by type. A new field is written here or marked `personal=True`: somebody has to decide."""

OF_A_PAGE = {"cursor", "totalCount"}


def _leaves() -> Iterator[tuple[str, str, GraphQLField]]:
    for found in build()._schema.type_map.values():
        if isinstance(found, GraphQLObjectType) and not found.name.startswith("__"):
            for name, one in found.fields.items():
                if is_leaf_type(get_named_type(one.type)) and not (found.name.endswith(("Edge", "Connection"))):
                    yield found.name, name, one


def _marks(one: GraphQLField) -> dict[str, object]:
    return dict(getattr(one.extensions["strawberry-definition"], "metadata", None) or {})


def test_every_leaf_is_marked_as_personal_or_written_down_as_not() -> None:
    undecided = {f"{parent}.{name}" for parent, name, one in _leaves() if not _marks(one).get(PERSONAL)}

    assert {f"{parent}.{name}" for parent, names in NOT_PERSONAL.items() for name in names.split()} == undecided


def test_pages_hold_nothing_of_their_own_that_is_personal() -> None:
    of_pages = {
        name
        for found in build()._schema.type_map.values()
        if isinstance(found, GraphQLObjectType) and found.name.endswith(("Edge", "Connection"))
        for name, one in found.fields.items()
        if is_leaf_type(get_named_type(one.type))
    }

    assert of_pages == OF_A_PAGE


def test_sizes_are_of_lists_and_positive() -> None:
    for found in build()._schema.type_map.values():
        if isinstance(found, GraphQLObjectType) and not found.name.startswith("__"):
            for name, one in found.fields.items():
                size = _marks(one).get(SIZE)
                if size is not None:
                    assert isinstance(get_nullable_type(one.type), GraphQLList), f"{found.name}.{name}"
                    assert isinstance(size, int)
                    assert size > 0


def test_every_list_that_a_system_gives_whole_says_how_long_it_usually_is() -> None:
    """
    Lists of leaves cost nothing, and pages have the size that was asked for.
    """
    lists = {
        f"{found.name}.{name}"
        for found in build()._schema.type_map.values()
        if isinstance(found, GraphQLObjectType) and not found.name.startswith("__")
        for name, one in found.fields.items()
        if isinstance(get_nullable_type(one.type), GraphQLList)
        and not is_leaf_type(get_named_type(one.type))
        and not found.name.endswith("Connection")
        and one.extensions["strawberry-definition"].base_resolver is None
    }
    marked = {
        f"{found.name}.{name}"
        for found in build()._schema.type_map.values()
        if isinstance(found, GraphQLObjectType) and not found.name.startswith("__")
        for name, one in found.fields.items()
        if SIZE in _marks(one)
    }

    assert lists == marked
