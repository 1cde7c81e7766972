# The public names: the one list from which they are loaded when first used.
# `from .room.module import name as name` makes a name public; nothing else does.
# The tests hold the list to the reference page and to the commands.

from .analysis.best_route import BestRoute as BestRoute
from .analysis.best_route import best_route as best_route
from .analysis.criticality.criticality import criticality as criticality
from .analysis.criticality.sweep import sweep as sweep
from .analysis.headroom import Headroom as Headroom
from .analysis.headroom import headroom as headroom
from .analysis.k_routes import k_routes as k_routes
from .analysis.k_routes import routes as routes
from .analysis.min_cut import Cut as Cut
from .analysis.min_cut import cut as cut
from .analysis.min_cut import min_cut as min_cut
from .analysis.monte_carlo import draws as draws
from .analysis.monte_carlo import quantiles as quantiles
from .analysis.select_link import places_of as places_of
from .analysis.select_link import select as select
from .analysis.select_link import select_link as select_link
from .analysis.uncertainty.uncertainty import Uncertainty as Uncertainty
from .analysis.uncertainty.uncertainty import uncertainty as uncertainty
from .analysis.validation.calibrate import calibrate as calibrate
from .analysis.validation.check import check as check
from .analysis.validation.validate import validate as validate
from .assignment.assign import assign as assign
from .assignment.assignment import Assignment as Assignment
from .assignment.comparison import Comparison as Comparison
from .assignment.comparison import compare as compare
from .assignment.map_data import network_map as network_map
from .assignment.run import run as run
from .errors import CertificateError as CertificateError
from .errors import CorridorsError as CorridorsError
from .errors import DataError as DataError
from .errors import OpenStreetMapError as OpenStreetMapError
from .errors import ProblemError as ProblemError
from .errors import ScenarioError as ScenarioError
from .errors import UnknownIdError as UnknownIdError
from .exchange.example import new_network as new_network
from .exchange.formats import export as export
from .exchange.gmns_in import import_gmns as import_gmns
from .exchange.osm.proposal import propose as propose
from .network.folder import seal as seal
from .network.info import info as info
from .network.info import network_info as network_info
from .network.network import Network as Network
from .network.network import load as load
from .scenarios.events import Event as Event
from .scenarios.projects import project as project
from .scenarios.scenario import Scenario as Scenario
from .scenarios.scenario import scenario as scenario
from .scenarios.scenario import shipped_scenarios as shipped_scenarios
from .scenarios.schema import scenario_schema as scenario_schema
from .scenarios.schema import schema as schema
from .simulation.results import Simulation as Simulation
from .simulation.simulate import simulate as simulate

__version__: str
