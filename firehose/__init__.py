"""Firehose: delivery, from the record envelope to partitioned objects, on AWS and on one machine.

Both delivery streams write the same key layout, and acknowledge a record only when it is durable.

    batching            batches within the limits of Firehose's PutRecordBatch
    envelope            the record envelope: one line of JSON around a response's own text
    firehose_stream     the delivery stream on AWS
    local_spool         the delivery stream on one machine: a durable spool
    object_quarantine   quarantine on the lake's storage
    ports               the record, and the ports: delivery stream, spool, quarantine
    raw_object          one raw object: the check of its records, its bytes and its name
    spool_store         the spool's tables
    stream_definition   the definition of the delivery stream on AWS, as data
"""
