"""The way out: changes of store offers as events on every connected tablet."""
