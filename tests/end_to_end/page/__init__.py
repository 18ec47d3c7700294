"""The page: its commands, and the page itself in a real browser.

Errors in the browser's console fail the test.

    browser              the browser; it also collects errors of the page
    test_health_panels   the panels about Millrace at work
    test_page_commands   the page's commands as processes
    test_page_served     the served page over a real lake
    test_preview_page    the preview page: drawing, reactions, layout and requests
"""
