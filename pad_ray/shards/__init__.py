"""The ledger: Arrow shards that are committed by rename and then recorded."""
