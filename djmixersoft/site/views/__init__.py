"""Views translate between requests and the apps below; a file for each subject."""
