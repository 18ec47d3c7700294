"""The ledger: every snapshot that was polled is accounted for, per source and partition.

Every term is counted from stored data by itself, so a loss or a double count shows.

    audit           the ledger counted from stored data
    attempts        its poll attempts
    snapshots       its snapshots in raw
    published       its rows in staging, and those set aside
    balance         the equations of the ledger, and what breaks them
    objects         what lies in the lake against what is on record
    outcome         what an audit leaves on record, among the results of rules
    kept_objects    what was dropped or extracted, against the records that name it
    schedule_gaps   slots of a schedule that nobody polled for
"""
