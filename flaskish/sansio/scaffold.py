"""The base of ``Flask`` and ``Blueprint``, under the name that extensions import.

Flask: ``flask.sansio.scaffold``. Django: none.
"""

from .._packages import _find_package_path as _find_package_path
from .._packages import find_package as find_package
from ..scaffold import Scaffold as Scaffold
from ..scaffold import _endpoint_from_view_func as _endpoint_from_view_func
from ..scaffold import _sentinel as _sentinel
from ..scaffold import setupmethod as setupmethod
