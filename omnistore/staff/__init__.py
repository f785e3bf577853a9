"""Who logs in: staff members, their role and the stores they belong to."""
