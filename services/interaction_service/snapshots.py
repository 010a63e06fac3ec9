"""The records that other services' projections follow from, and how each is told again."""

from interaction_service.interactions.events import tell_interaction
from interaction_service.interactions.models import Interaction
from interaction_service.orders.events import tell_order
from interaction_service.orders.models import Order
from shared.messaging.snapshots import Snapshot

SNAPSHOTS = [Snapshot(Order, tell_order), Snapshot(Interaction, tell_interaction)]
