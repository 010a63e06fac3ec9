"""`python -m interaction_service [migrate|rebuild|snapshot] [--only api|worker]`"""

import shared.observability.starting
from interaction_service.app import create_app
from interaction_service.settings import Settings
from interaction_service.snapshots import SNAPSHOTS
from interaction_service.worker import CONSUMERS, create_worker
from shared.web.process import main

if __name__ == "__main__":
    main("interaction_service", Settings, create_app, create_worker, consumers=CONSUMERS, snapshots=SNAPSHOTS)
