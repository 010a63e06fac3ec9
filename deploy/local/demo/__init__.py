"""The demo data set: a shop in Bangkok with Thai and English customers and the CDNOW orders, loaded through the API."""
