"""Pure numerics: arrays in, numbers out; no files, no study, no pandas.

Missing values are NaN everywhere. What cannot be computed from the data given (one respondent, no
variation) comes back as NaN and each docstring says when; arguments that make no sense together
(more respondents than the population holds, arrays of unequal length) raise ``ValueError`` with a
message that holds no value from the data.

``scores``             scale scores
``reliability``        may answers be averaged: alpha, omega, rwg(j), ICC(1), ICC(2), A
``congruence``         does a scale mean the same to two groups
``finite_population``  mean, share, difference and change in a council
``cells``              the same mean for many variables in many cells
``spread``             intervals of means in small councils
``pooling``            partial pooling of means
``linearisation``      strata, domains, clusters, post-strata, weights
``weighting``          post-stratification and raking
``bootstrap``          Rao-Wu weights, many cells at once
``ranking``            orders of items with honest ranks; agreement of two orders
``peers``              difference from the mean of the other municipalities
``multiplicity``       Benjamini-Hochberg within a report
``ordinal``            one ordered item against explanatory variables
``agreement``          coders: Krippendorff, Cohen, Fleiss, Gwet, ICC(A,k)
``survival``           months to an event not everybody has had
"""
