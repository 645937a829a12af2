"""What callers do, through whichever door they come: used by the API, the pages, operators and activities."""
