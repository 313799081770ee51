"""The small models that ship with pad_ray, and how they were made (`python -m pad_ray.embedded.make`)."""
