"""`hotline simulate`: a day of cases played through all roles by the one door, every count explained (演练).

`reports` makes up what citizens say, `centre`, `outside` and `after` decide what each role does next,
`play` lets it happen by a simulated clock, `books` notes what was done and refused. In the end `each_case`
and `reckoning` hold the database against the books; whatever does not add up is said, and the command fails.
"""
