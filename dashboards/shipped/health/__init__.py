"""The panels of the dashboard `operations` about what Millrace did and what that used, over time.

Each reads the tables in `ops`, or that of polls, and works for every source.

    storage   what queries scanned and cost, and what each partition has in the lake
    work      how old data was, runs, jobs, and what rules found
"""
