"""Who drives an execution: carries its commands out and brings events and the time back."""
