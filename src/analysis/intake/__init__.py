"""A firm's own files: a workbook or a folder of CSV files, as they come, to validated tables."""
