"""The project: settings, addresses, processes, staff and the demo."""
