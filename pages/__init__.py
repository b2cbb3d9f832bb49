"""Whatever needs a browser: one script per page, their figures, their widgets and their words."""
