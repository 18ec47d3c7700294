"""`millrace new`: what it writes runs and passes at once.

Each project is written into a folder outside of the code.

    samples              responses of feeds, in the shapes that feeds have
    test_any_document    documents made at random: the project that is written from one is right
    test_new_commands    the commands, and what they refuse
    test_new_source      from a sample to rows, a balanced ledger, a page and tests
    test_proposals       what is found in a sample, and what is asked
"""
