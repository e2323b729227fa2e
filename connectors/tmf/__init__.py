"""TM Forum Open APIs: customers (TMF629 v4) and their parties (TMF632 v4), and what they have agreed to (TMF644 v4)."""

from connectors.tmf.agreements import TMFConsentConnector
from connectors.tmf.connector import KEPT, TMFConnector
from connectors.tmf.consent_settings import TMFConsentSettings
from connectors.tmf.settings import TMFSettings

__all__ = ["KEPT", "TMFConnector", "TMFConsentConnector", "TMFConsentSettings", "TMFSettings"]
