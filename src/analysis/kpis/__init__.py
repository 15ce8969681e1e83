"""Key performance indicators: sums over the ledger, then ratios of sums."""
