"""wordsums: the embedded question set, grade-school word problems from a grammar written for this project."""
