"""The people whose situation exercises the whole graph, and the questions to ask about them."""

from sandbox.stories.lives import CAST, fixed_traits
from sandbox.stories.story import Story, all_stories

__all__ = ["CAST", "Story", "all_stories", "fixed_traits"]
