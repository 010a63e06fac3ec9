"""A typed client of the Samphan API: the generated one, with the manners of the API added."""

from samphan_client.errors import ApiError
from samphan_client.lists import items
from samphan_client.sending import create_client
from samphan_client.versions import if_match, if_none_match

__all__ = ["ApiError", "create_client", "if_match", "if_none_match", "items"]
