"""`python -m gateway [migrate] [--only api|worker]`, `python -m gateway bootstrap --tenant NAME --admin-email E`"""

import sys

import shared.observability.starting
from gateway import bootstrap
from gateway.app import create_app
from gateway.settings import Settings
from gateway.worker import create_worker
from shared.web.process import main

if __name__ == "__main__":
    if sys.argv[1:2] == ["bootstrap"]:
        bootstrap.main(sys.argv[2:])
    else:
        main("gateway", Settings, create_app, create_worker)
