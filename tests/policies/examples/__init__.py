"""What keeps each rule, and what breaks it."""
