"""Students that are made in different ways, side by side: does the method hold?"""
