"""How the environments differ after resolution: what is meant, what is a surprise, and what may go on to the next."""
