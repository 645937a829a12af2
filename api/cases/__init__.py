"""Cases: their routes and photographs, what goes over the wire, and what their residents are told."""
