"""The records that other services' projections follow from, and how each is told again."""

from contacts_service.companies.events import tell_company
from contacts_service.companies.models import Company
from contacts_service.contacts.events import tell_contact
from contacts_service.contacts.models import Contact
from contacts_service.privacy.events import tell_erased
from contacts_service.teams.events import tell_team
from contacts_service.teams.models import Team
from shared.messaging.snapshots import Snapshot
from shared.privacy import ErasedPerson

SNAPSHOTS = [
    Snapshot(Company, tell_company),
    Snapshot(Contact, tell_contact),
    Snapshot(Team, tell_team),
    Snapshot(ErasedPerson, tell_erased),
]
