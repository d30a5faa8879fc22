"""What the scheduler does by itself: task graphs flow in, times and costs flow out; no service is around it."""
