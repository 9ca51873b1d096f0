"""What customers are interested in, as an artifact type of Placet's and what follows when one is approved."""
