"""Blueprints, under the name that extensions import.

Flask: ``flask.sansio.blueprints``. Django: none.
"""

from ..blueprints import Blueprint as Blueprint
from ..blueprints import BlueprintSetupState as BlueprintSetupState
from ..blueprints import DeferredSetupFunction as DeferredSetupFunction
