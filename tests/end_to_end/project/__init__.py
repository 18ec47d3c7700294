"""The project as its users receive it: the documents and the distributions.

`documents`, one folder up, reads the documents.

    bikes              a project of one's own, in five files
    scripts            scripts that make tables, and what they import
    test_datasets      datasets, declared and queried
    test_demo          the demo of a project of one's own, and what it refuses
    test_docs          the commands and files that the documents show
    test_installed     sdist and wheel, and the wheel in an environment of its own
    test_reports       reports, published as CSV and Parquet
    test_scripts       tables that scripts make, in plain Python and on Spark
    test_stored        tables that are not stored by date
    test_own_project   from a feed to a page in a project of one's own; list, validate
    test_testing       the standard tests of a source, in sound and in broken projects
"""
