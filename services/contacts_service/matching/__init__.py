"""People that may be the same: found, scored, explained and grouped by pure functions, whatever they are stored in.

`layouts` makes a `Person` of a contact or a row, `blocking` says who meets whom, `comparing` how far two agree,
`weights` and `learning` what that is worth, `scoring` the probability and its reasons, `grouping` who belongs together.
"""
