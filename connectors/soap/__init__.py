"""SOAP mechanics several dialects share: WSDLs from files, envelopes by zeep, replies read strictly by ourselves."""

from connectors.soap.client import SoapClient, SoapFault
from connectors.soap.wsdl import Wsdl, WsdlError

__all__ = ["SoapClient", "SoapFault", "Wsdl", "WsdlError"]
