"""How Samphan is installed, started, checked and delivered. Nothing of the product imports it."""
