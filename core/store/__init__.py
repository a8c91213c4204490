"""What survives a restart: pictures, data sets, training runs and their results, in one workspace folder."""
