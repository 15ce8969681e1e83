"""Reports of firms: their own rows, tables that are absent, builds that are killed."""
