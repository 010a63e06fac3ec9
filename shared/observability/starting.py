"""To be imported before all else: what is imported stays, and looking through it for garbage took a fifth of a start.

`settle_process` turns the collector on again.
"""

import gc

gc.disable()
