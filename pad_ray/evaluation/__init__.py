"""How good a model is: accuracy by executed programs, with its uncertainty."""
