"""What is made of the code for people to read: the reference of the library, and diagrams of what a stack registers."""
