"""Everything that reads the replies of one system, compiled once and compared with its WSDLs."""

import dataclasses
from collections.abc import Callable
from typing import Final, Self

from connectors.cbs import balances, bills
from connectors.cbs.customer_info import CustomerInfoReaders
from connectors.cbs.reading import Manner
from connectors.cbs.settings import BalanceOperation
from connectors.huawei import Exchange
from connectors.soap.cutting import Cutter
from connectors.xml import Element

CUSTOMER_INFO: Final = "QueryCustomerInfo"
INVOICE: Final = "QueryInvoice"
PAYMENT_LOG: Final = "QueryPaymentLog"


@dataclasses.dataclass(frozen=True, slots=True)
class Readers:
    """What reads the results of each operation."""

    customer_info: CustomerInfoReaders
    invoices: Callable[[Element], bills.Invoices]
    invoices_cutter: Cutter
    payment_log: Callable[[Element], bills.PaymentLog]
    payment_log_cutter: Cutter
    balance: balances.Read

    @classmethod
    def compiled_for(cls, manner: Manner, balance_operation: BalanceOperation, *, bc: Exchange, ar: Exchange) -> Self:
        """The readers of a system; WsdlError when a WSDL defines what they read in another way than they read it."""
        using = manner.using()
        return cls(
            customer_info=CustomerInfoReaders.compiled_with(using, bc.result_type(CUSTOMER_INFO)),
            invoices=bills.invoices_reader(using, ar.result_type(INVOICE)),
            invoices_cutter=bills.invoices_cutter(using),
            payment_log=bills.payment_log_reader(using, ar.result_type(PAYMENT_LOG)),
            payment_log_cutter=bills.payment_log_cutter(using),
            balance=balances.balance_reader(balance_operation, using, ar.result_type(balance_operation)),
        )
