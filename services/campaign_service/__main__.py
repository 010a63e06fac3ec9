"""`python -m campaign_service [migrate|rebuild] [--only api|worker]`"""

import shared.observability.starting
from campaign_service.app import create_app
from campaign_service.settings import Settings
from campaign_service.worker import CONSUMERS, create_worker
from shared.web.process import main

if __name__ == "__main__":
    main("campaign_service", Settings, create_app, create_worker, consumers=CONSUMERS)
