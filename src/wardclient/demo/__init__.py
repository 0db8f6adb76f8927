"""The practice ward (練習区): a real service, two offices, invented people, on one machine."""
