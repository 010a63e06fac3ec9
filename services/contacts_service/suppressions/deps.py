"""What routes that suppress addresses ask for."""

from typing import Annotated

from fastapi import Depends, Request

from contacts_service.suppressions.models import Digests


async def read_digests(request: Request) -> Digests:
    digests: Digests = request.app.state.digests
    return digests


DigestsDep = Annotated[Digests, Depends(read_digests)]
