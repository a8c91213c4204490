"""What leaves Sightsmith: tables today; reports, model packages and exports to come."""
