"""Where files come from: a source's folder, or a partner's server that is asked on a schedule."""
