"""HTTP: one request to a feed, with retries inside the host's rate budget.

Fetchers wrap one another: retries around the rate budget around HTTP.

    fetcher              the port: one request, one response; its fake
    final_responses      the transport that skips interim responses (1xx)
    json_path            a path to one value of a document
    rate_budget          the rate limiter: one sliding window per host
    requests_fetcher     the adapter over real HTTP
    response_body        the reader of a body, within its limits of size and time
    retry                the retrying fetcher, its policy, and the fetcher that polls use
    shared_reservations  the times of a host's window on DynamoDB, shared by the functions that poll
    whole_snapshot       the fetch of a snapshot that is spread over several documents or pages
"""
