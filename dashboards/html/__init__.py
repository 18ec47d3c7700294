"""HTML of the page: its parts, its words, and the page as one file.

`page.html`, `page.css` and the scripts are beside the modules; every text from data is escaped.

    content        what the page shows, cached by the versions of the data
    descriptions   sentences about maps, rankings, pairs of series and other days
    fragments      the parts of the page around and within panels
    operations     workflow runs as graphs, quality results as a table
    preview        the page as one file that contains everything
    row_table      a panel's rows as a table
    shell          the frame around the panels
    summaries      a panel in words and headline figures
"""
