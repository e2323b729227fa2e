"""A WSDL of our own that has everything types can have, and its replies."""

import functools
import pathlib
import tempfile

from connectors.soap import Wsdl

_WSDL = """<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:lamp" targetNamespace="urn:lamp">
  <types><xs:schema targetNamespace="urn:lamp" elementFormDefault="qualified">
    <xs:simpleType name="Levels"><xs:list itemType="xs:int"/></xs:simpleType>
    <xs:simpleType name="Either"><xs:union memberTypes="xs:int xs:string"/></xs:simpleType>
    <xs:simpleType name="Colour"><xs:restriction base="xs:token"><xs:enumeration value="red"/></xs:restriction></xs:simpleType>
    <xs:complexType name="Shape"><xs:sequence><xs:element name="Edges" type="xs:int"/></xs:sequence></xs:complexType>
    <xs:complexType name="Circle"><xs:complexContent><xs:extension base="t:Shape"><xs:sequence>
      <xs:element name="Radius" type="xs:decimal"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>
    <xs:complexType name="Price"><xs:simpleContent><xs:extension base="xs:decimal">
      <xs:attribute name="currency" type="xs:string"/><xs:attribute name="digits" type="xs:int" default="2"/>
      </xs:extension></xs:simpleContent></xs:complexType>
    <xs:complexType name="Part"><xs:sequence><xs:element name="Name" type="xs:string"/>
      <xs:element name="Part" type="t:Part" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
    <xs:complexType name="Open"><xs:sequence><xs:element name="Id" type="xs:string" minOccurs="0"/>
      <xs:any minOccurs="0" maxOccurs="unbounded" processContents="lax"/></xs:sequence>
      <xs:anyAttribute/></xs:complexType>
    <xs:complexType name="Hollow"/>
    <xs:element name="Known" type="t:Shape"/>
    <xs:element name="Switch" type="xs:string"/>
    <xs:element name="Switched"><xs:complexType><xs:sequence>
      <xs:element name="Amount" type="xs:decimal" minOccurs="0"/>
      <xs:element name="Count" type="xs:int" minOccurs="0"/>
      <xs:element name="Text" type="xs:string" minOccurs="0" nillable="true"/>
      <xs:element name="On" type="xs:boolean" minOccurs="0"/>
      <xs:element name="At" type="xs:dateTime" minOccurs="0"/>
      <xs:element name="Day" type="xs:date" minOccurs="0"/>
      <xs:element name="Ratio" type="xs:double" minOccurs="0"/>
      <xs:element name="Data" type="xs:base64Binary" minOccurs="0"/>
      <xs:element name="Levels" type="t:Levels" minOccurs="0"/>
      <xs:element name="Either" type="t:Either" minOccurs="0"/>
      <xs:element name="Colour" type="t:Colour" minOccurs="0"/>
      <xs:element name="Shape" type="t:Shape" minOccurs="0" maxOccurs="unbounded"/>
      <xs:element name="Price" type="t:Price" minOccurs="0"/>
      <xs:element name="Part" type="t:Part" minOccurs="0"/>
      <xs:element name="Open" type="t:Open" minOccurs="0"/>
      <xs:element name="Hollow" type="t:Hollow" minOccurs="0"/>
      <xs:element name="Whatever" minOccurs="0"/>
      <xs:choice minOccurs="0"><xs:element name="Left" type="xs:int"/><xs:element name="Right" type="xs:int"/></xs:choice>
      <xs:element name="Limit" minOccurs="0"><xs:complexType><xs:choice>
        <xs:sequence><xs:element name="Unit" type="xs:int"/><xs:element name="Most" type="xs:int"/></xs:sequence>
        <xs:sequence><xs:element name="Currency" type="xs:int"/><xs:element name="Most" type="xs:int"/></xs:sequence>
      </xs:choice></xs:complexType></xs:element>
    </xs:sequence><xs:attribute name="version" type="xs:int"/></xs:complexType></xs:element>
  </xs:schema></types>
  <message name="In"><part name="body" element="t:Switch"/></message>
  <message name="Out"><part name="body" element="t:Switched"/></message>
  <portType name="Lamp"><operation name="Switch"><input message="t:In"/><output message="t:Out"/></operation></portType>
  <binding name="LampBinding" type="t:Lamp">
    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="Switch"><soap:operation soapAction="lamp#switch"/>
      <input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>
  </binding>
  <service name="Lamp"><port name="Lamp" binding="t:LampBinding"><soap:address location="http://lamp.example/"/></port></service>
</definitions>"""

_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


@functools.cache
def lamp() -> Wsdl:
    """The WSDL, loaded; its only operation is Switch."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "lamp.wsdl"
        path.write_text(_WSDL, encoding="utf-8")
        return Wsdl(path)


def switched(content: str, *, attributes: str = "") -> bytes:
    """The body element of a reply."""
    return f'<t:Switched xmlns:t="urn:lamp" {_XSI} {attributes}>{content}</t:Switched>'.encode()
