"""The servers that Switchboard is measured against."""
