"""Services: what developers write, checked and resolved without knowledge of any scheduler or cloud."""
