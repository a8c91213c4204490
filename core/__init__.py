"""Sightsmith's work, without a browser: data, models, training, evaluation, storage and jobs."""
