"""Compiled completion: plain data of an answer is written by generated code, graphql-core does everything else."""

from gateway.execution.completion import Completion
from gateway.execution.memory import Memory
from gateway.execution.run import run
from gateway.execution.transforms import Transform, Transforms

__all__ = ["Completion", "Memory", "Transform", "Transforms", "run"]
