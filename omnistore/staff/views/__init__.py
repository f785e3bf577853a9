"""Pages of signing in, of a shared tablet before it is opened, and of whoever looks after a store's tablets."""
