"""A project's files: where its folder is, what its `millrace.toml` says, and the files of each role.

What is in the files is read by `millrace.infra.project`.

    folder         the folder, its `millrace.toml`, and its files by role
    problems       what is wrong with a file, in one message with file and line
    python_files   Python files loaded by their path
    toml_lines     where a key stands in a TOML file
"""
