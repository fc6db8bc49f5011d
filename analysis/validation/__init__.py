"""The market beside what was published: micro coefficients, stylised facts, Korea 2002-2004, replications."""
