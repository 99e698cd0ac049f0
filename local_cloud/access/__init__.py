"""Who may do what: one policy evaluator, asked by everything that decides.

authorizer          may whoever makes this call make it? asked once for every call
identities          what users and roles may do at this moment
evaluator           IAM policy documents, evaluated
conditions          the Condition block of a statement
service_principals  AWS's services as principals of policies
permissions/        which permissions a call needs
"""
