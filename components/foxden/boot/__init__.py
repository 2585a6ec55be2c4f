"""What a machine does when it starts: typed parts become cloud-init's user-data. Pure, and knows no provider SDK."""
