"""What is found of an account before a stack is deployed into it."""
