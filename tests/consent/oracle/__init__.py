"""The rules of access written a second time, in Cedar, to hold the decision against."""
