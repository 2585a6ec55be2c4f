"""What a pull request is told of an environment: its plan, broken policies, and how environments differ.

See docs/pull-requests.md.
"""
