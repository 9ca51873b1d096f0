"""Documents: Typst sources, which anybody may have written, made into PDFs and pictures in a process that can open nothing."""
