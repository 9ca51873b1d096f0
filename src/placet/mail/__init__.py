"""Mail: messages that say what they were told to and nothing else, and the server they are handed to."""
