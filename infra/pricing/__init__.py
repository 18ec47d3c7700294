"""What a deployment costs a month: the template's resources and a workload, by a dated list of prices.

Use cases alone import it; it needs neither credentials nor a network.

    assumptions     what neither the template nor a lake says, each a number that may be given
    charges         what is charged, and the sum of it at list price and after what is always free
    price_list      the prices, read from prices.toml and from a file that overrides it
    rounding        what AWS bills of what was used: the least, and steps
    rules           the rule for each type of resource, and the types that cost nothing
    services        the rules, by service
    sizes           bytes of a snapshot: measured in a lake, or defaults from sizes.toml
    template_view   the template's resources, and how often what starts
    workload        a month: polls, records, objects, runs, queries
"""
