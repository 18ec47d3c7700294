"""The stack's template before its judges, each made by others than the stack.

`WRONG` (in `mutations`) has wrong variants of the template; each is refused by the judges that it names. A judge that
never refuses proves nothing.

    calls            the create calls of the API that the template's resources stand for
    glue_rules       the judge of workflows, by Glue's documents
    judges           the judges, each a function from a template to what it refuses
    mutations        wrong variants of the template
    policies         parliament, the judge of IAM policies
    promises         the judge of what Millrace promises of every deployment
    resolved         a template with its references and functions replaced
    shapes           values before the service models of botocore
    templates        the templates that are judged
    test_judges      every stage is silent in every judge
    test_mutations   every wrong variant is refused
"""
