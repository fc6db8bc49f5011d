"""A drawn piece of the borrower-platform network around one default that spread."""


def neighbourhood(comparison):
    """Draw the neighbourhood of one default that the policy caused at a lender that did not cut."""
    return None
