"""Studying for an exam, pure: cards and when they are due, mock exams, readiness, a plan."""
