"""How well a reader reads: notes with known answers in, figures out.

    notes       a folder of notes and its answers (`inputs.jsonl`, `gold.jsonl`), checked as it is loaded
    matching    whether a proposed value is the right one, by the type of its field
    scoring     one note judged: right, wrong, missed, traps, evidence
    intervals   how far a figure can be trusted
    summary     all notes together, against goals
    running     the reading itself, timed; hostile text inserted into each note
    plots, report   the page with plots and tables

It only reads: nothing here proposes anything to anybody or knows a database.
"""
