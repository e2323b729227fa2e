"""One question that asks every system, each for fields of its own: whose they are shows who is ill."""

SYSTEMS = ("crm", "billing", "hss", "recharge")

# Beside each other, each asking one system: a customer by CRM id, bills by account, and a line by number.
QUESTION = """
query Everything($customer: ID!, $msisdn: MSISDN!) {
  customer(by: {id: $customer}) { name }
  billing: line(by: {msisdn: $msisdn}) { subscriber { status } }
  hss: line(by: {msisdn: $msisdn}) { network { imsi } }
  recharge: line(by: {msisdn: $msisdn}) { balances { name } recharges { totalCount } }
}
"""
FIELDS = {
    "crm": [["customer"]],
    "billing": [["billing", "subscriber"]],
    "hss": [["hss", "network"]],
    "recharge": [["recharge", "balances"], ["recharge", "recharges"]],
}
