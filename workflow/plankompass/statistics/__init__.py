"""Pure numerics: arrays in, numbers out; no files, no study, no pandas.

Missing values are NaN everywhere. What cannot be computed from the data given (one respondent, no
variation) comes back as NaN and each docstring says when; arguments that make no sense together
(more respondents than the population holds, arrays of unequal length) raise ``ValueError``.
"""
