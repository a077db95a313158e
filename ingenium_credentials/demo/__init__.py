"""The demonstration: from a course completion to a credential that an employer has checked.

For a site that says so (INGENIUM_DEMONSTRATION) and is no LMS with real people in it.
"""
