"""What a page shows, as display strings: views ask for it, templates write it down."""
