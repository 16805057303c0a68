"""All that a learner sees and clicks: cards, quizzes, explorers, progress."""
