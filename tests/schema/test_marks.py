"""Marks beside the fields of the graph. Which values are masked is decided for each one, and written down here."""

from collections.abc import Iterator

from graphql import GraphQLField, GraphQLList, GraphQLObjectType, get_named_type, get_nullable_type, is_leaf_type

from gateway.policy.policies import policies_of
from resolvers.graph import build
from schema.field import SIZE

NOT_MASKED = {
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
    "Viewer": "clientId audience scopes purposes unmasked expiresAt",
    "ViewerBudget": "costPerMinute costLeft costWholeAt concurrent concurrentLeft",
    "_Service": "sdl",
}
"""Leaves by type. A new field is written here or marked with the form of its mask: somebody has to decide."""

OF_A_PAGE = {"cursor", "totalCount"}


def _leaves() -> Iterator[tuple[str, str, GraphQLField]]:
    for found in build()._schema.type_map.values():
        if isinstance(found, GraphQLObjectType) and not found.name.startswith("__"):
            for name, one in found.fields.items():
                if is_leaf_type(get_named_type(one.type)) and not (found.name.endswith(("Edge", "Connection"))):
                    yield found.name, name, one


def _marks(one: GraphQLField) -> dict[str, object]:
    return dict(getattr(one.extensions["strawberry-definition"], "metadata", None) or {})


def test_every_leaf_has_a_mask_or_is_written_down_as_having_none() -> None:
    policies = policies_of(build()._schema)
    undecided = {found for parent, name, _ in _leaves() if policies[found := f"{parent}.{name}"].form is None}

    assert {f"{parent}.{name}" for parent, names in NOT_MASKED.items() for name in names.split()} == undecided


def test_pages_hold_nothing_of_their_own_that_needs_a_mask() -> None:
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
