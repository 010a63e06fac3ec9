"""`python -m contacts_service [migrate|rebuild|snapshot] [--only api|worker]`"""

import shared.observability.starting
from contacts_service.app import create_app
from contacts_service.settings import Settings
from contacts_service.snapshots import SNAPSHOTS
from contacts_service.worker import CONSUMERS, create_worker
from shared.web.process import main

if __name__ == "__main__":
    main("contacts_service", Settings, create_app, create_worker, consumers=CONSUMERS, snapshots=SNAPSHOTS)
