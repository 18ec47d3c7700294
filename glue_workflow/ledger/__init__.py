"""The ledger: every snapshot that was polled is accounted for, per source and partition.

Every term is counted from stored data by itself, so a loss or a double count shows.

    audit     the ledger counted from stored data
    balance   the equations of the ledger, and what breaks them
"""
