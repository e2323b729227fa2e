"""`switchboard check`: whether the settings serve and every system answers, told in rows that a person can act on."""

from gateway.check.rows import Row, State, exit_code
from gateway.check.run import check
from gateway.check.table import as_json, as_text

__all__ = ["Row", "State", "as_json", "as_text", "check", "exit_code"]
