"""One operation: from the document that a caller sends to what it came to. Nothing here knows of HTTP."""
