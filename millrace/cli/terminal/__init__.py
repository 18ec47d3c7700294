"""The terminal: what all commands share.

`millrace.cli.main` runs `app`.

    app             the application, with its options
    interruption    Ctrl-C: the end within two seconds, and what is said then
    lazy_commands   the list of commands, each imported only when it is run
    options         options that several commands have, and the runtime that they lead to
    output          rows, messages and progress
"""
