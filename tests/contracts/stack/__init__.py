"""The stack's template before its judges, each made by others than the stack.

`WRONG` (in `mutations`) has wrong variants of the template; each is refused by the judges that it names. A judge that
never refuses proves nothing.

    accepted         what judges say and we do not follow, with the reasons: the list `accepted.toml`
    glue_rules       the judge of workflows, by Glue's documents
    judges           the judges, each a function from a template to what it refuses
    mutations        wrong variants of the template
    outside          judges that others made, slow or in environments of their own
    pairwise         stages such that each two values of two options stand together in one
    promises         the judge of what Millrace promises of every deployment
    record           what slow judges said of which templates: `record.json`
    rejudge          the program that asks them, and writes it
    templates        the templates that are judged
    test_classics    the stages of docs/examples/classics are silent
    test_judges      every stage is silent in every judge
    test_mutations   every wrong variant is refused
    test_optional_parts  so is every one of what a stage has only where it asks
    test_pairwise    stages of options in pairs are silent
    variants         what judges make of the wrong variants
"""
