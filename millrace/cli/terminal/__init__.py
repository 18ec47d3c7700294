"""The terminal: what the commands share, and what is no command itself.

`millrace.cli.main` runs `app`.

    app             the application, with its options
    lazy_commands   the list of commands, each imported only when it is run
    options         options that several commands have, and the runtime that they lead to
    output          rows, messages and progress
"""
