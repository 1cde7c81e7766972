"""Point queues on a network, day by day: arrays in, arrays out.

Knows nothing of places, files or tables.
"""

from corridors.simulation.queueing.problem import BaseRoute, Behaviour, QueueProblem
from corridors.simulation.queueing.run import SimulationRecord, run

__all__ = ["BaseRoute", "Behaviour", "QueueProblem", "SimulationRecord", "run"]
