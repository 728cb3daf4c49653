"""Mutation testing: change the code by one small thing, and see that a test fails."""
