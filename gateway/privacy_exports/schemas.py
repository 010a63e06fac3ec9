"""Links to exports over HTTP."""

from shared.web import Instant, ReadModel, examples


class ExportLink(ReadModel):
    """`url` is a path of this gateway. Whoever has it can read the data: give it to the person alone."""

    model_config = examples(
        {"url": "/v1/privacy-exports/eyJhbGciOiJFZDI1NTE5In0.e30.c2ln", "expires_at": "2026-11-23T09:30:00.000Z"}
    )

    url: str
    expires_at: Instant
