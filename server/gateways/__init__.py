"""The doors to other people's services: one driver per provider, all of one kind behind one interface."""
