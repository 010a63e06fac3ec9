"""What customers need, like, think and do: told by themselves or derived, each with its source and its history."""
