"""Stands in for a package that jsonschema imports if it can: it builds a grammar for 1.4 s at every start of
nbconvert and jupytext, to check international addresses, of which notebooks have none."""

raise ImportError("rfc3987_syntax is left out on purpose: see this file")
