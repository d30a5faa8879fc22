"""A question and evidence flow in, Markdown made of the evidence's own words flows out: no model takes part."""
