"""The files of a new project and of a new source, written for their users to go on with.

A sample response is described (`shapes`), what a pipeline needs is found in it (`findings`, with `instants` for times
and `columns` for the table), and each file is written from these findings. `trial` runs the files on the sample before
they are put in place.

    columns           the columns of the staging table: one for each scalar field of an entity
    dashboard_file    the dashboard: how many entities, and a number of theirs, over the day
    findings          what is found in a sample: entities, times, key, position; and what the user says instead
    instants          the forms of time that feeds use
    names             names of columns, types and files, from the names that feeds use
    new_files         several new files, all of them written or none
    project_files     the files of a new project
    requests          what is asked for, by options and answers: a new project, a new source
    rule_file         the rules, chosen from what the rows suggest
    samples           the sample: a file, or one response of the feed
    schema_text       the schema as Python types
    shapes            what the values at one place of the samples have in common
    source_file       the source
    source_files      the files of a new source together
    statement_files   the staging and the prod statement, headed by their declarations
    test_file         the tests of the new source
    trial             the new pipeline run on its sample, in a lake of its own; its rules come from the rows
"""
