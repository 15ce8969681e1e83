"""How efficient is the firm? Profit ladder, cash, ratios and their reading, quarter by quarter."""
