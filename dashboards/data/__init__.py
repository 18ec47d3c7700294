"""Data of the page: reading it through the engine and preparing it for charts.

Nothing here knows HTML: tables come in as rows, charts go out as plain numbers and texts.

    ad_hoc       SQL that people write on the page, with its limits
    charts       a panel's rows as the data of its charts
    rows         a panel's rows: fetching, checking, values, gaps
    zones        the time zones of what the page shows
"""
