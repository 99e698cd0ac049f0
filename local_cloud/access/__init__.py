"""Permissions: one policy evaluator makes every decision.

authorizer          decides whether a caller may make a call, once for every call
credentials         the access keys that are known
identities          the permissions of users and roles
known               what services know of them, and how late
evaluator           evaluates IAM policy documents
conditions          the Condition block of a statement
service_principals  AWS's services as principals of policies
permissions/        which permissions a call needs
"""
