"""Files of orders: CDNOW, the Online Retail layout, or columns of one's own."""
