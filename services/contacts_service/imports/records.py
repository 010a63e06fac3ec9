"""What a row of a file tells about a contact."""

from typing import Any

ContactRow = dict[str, Any]
"""Values of a contact in the shape of the API."""
