"""The policy pack: rules on what an environment may consist of, judged the same wherever its resources come from."""
