"""`python -m analytics_service [migrate|rebuild] [--only api|worker]`"""

import shared.observability.starting
from analytics_service.app import create_app
from analytics_service.settings import Settings
from analytics_service.worker import CONSUMERS, create_worker
from shared.web.process import main

if __name__ == "__main__":
    main("analytics_service", Settings, create_app, create_worker, consumers=CONSUMERS)
