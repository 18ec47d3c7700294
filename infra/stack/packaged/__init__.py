"""The packaged code of a stack: what the template refers to, and what names it.

Packaging fills these values, and concerns read them:

    artefacts   objects that the template refers to
    functions   functions that run the code
    published   versions of functions
    release     what a project was packaged to, by one hash
"""
