"""Insights from a spreadsheet: read, understood, judged row by row, and – once someone has said so – written.

files      what a file is, and its rows one by one (delimited.py, workbook.py)
columns    which column holds which field
values     a cell in words → a value that insights know
judging    a row → its fate: new, same, changed, in error
writing    rows → insights, many at once
running    the work in the background: due is a row, taken up batch by batch
verbs      what people ask for: begin, name the columns, write, cancel
sheets     files that go out: the template, and the rows that failed
"""
