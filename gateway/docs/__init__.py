"""The API's document and a page to read it, both working without the internet."""
